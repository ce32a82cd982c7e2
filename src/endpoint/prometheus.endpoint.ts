import { Inject, Injectable } from '@nestjs/common';
import type { TextFormat } from '../exporters/prometheus/text-format.js';
import { Scrapes } from '../exporters/prometheus/scrapes.js';
import { TOO_MANY_SCRAPES } from './endpoint.messages.js';
import type { Answer } from './streaming/answer.js';

/** Answers the scrapes of Prometheus, and of whatever reads the same formats. */
@Injectable()
export class PrometheusEndpoint {
  constructor(@Inject(Scrapes) private readonly scrapes: Scrapes) {}

  /** @param name what the reader calls itself in the query, if it does. */
  async answer(answer: Answer, format: TextFormat, name: string | undefined): Promise<void> {
    const { contentType: type } = format;
    if (answer.isHead) {
      await answer.send({ type, body: [], gzip: true });
      return;
    }
    const scrape = await this.scrapes.scrape(
      format,
      name === undefined ? 'prometheus' : `prometheus:${name}`,
    );
    if (scrape === undefined) {
      await answer.sendText(503, TOO_MANY_SCRAPES, { 'Retry-After': '1' });
    } else {
      answer.whenOver(scrape.done);
      await answer.send({ type, body: scrape.pieces, gzip: true });
    }
  }
}
