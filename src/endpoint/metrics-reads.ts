import type { ExpositionFormat } from '../exporters/prometheus/exposition-format.js';
import type { MetricsReader } from '../metrics/collection/reader.js';
import { TOO_MANY_READS } from './endpoint.messages.js';
import type { Answer } from './streaming/answer.js';
import type { ReadLimiter } from './streaming/read-limiter.js';
import type { Scrapes } from './streaming/scrapes.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Answers reads of the metrics, as JSON or in a format of Prometheus. All of them are bounded together, and a reader whose
 * answer was not sent gets its window back.
 */
export class MetricsReads {
  constructor(
    private readonly reader: MetricsReader,
    private readonly scrapes: Scrapes,
    private readonly limiter: ReadLimiter,
  ) {}

  /** @param name by which the client calls itself in the query, if it does. */
  json(answer: Answer, name: string | undefined): Promise<void> {
    return this.bounded(answer, JSON_TYPE, () =>
      this.sendJson(answer, name === undefined ? 'http' : `http:${name}`),
    );
  }

  scrape(answer: Answer, name: string | undefined, format: ExpositionFormat): Promise<void> {
    return this.bounded(answer, format.contentType, () =>
      this.sendScrape(answer, name === undefined ? 'prometheus' : `prometheus:${name}`, format),
    );
  }

  private async bounded(answer: Answer, type: string, send: () => Promise<boolean>): Promise<void> {
    // HEAD must not open a window, since its values are not sent.
    if (answer.isHead) {
      await answer.send({ type, body: [], gzip: type !== JSON_TYPE });
      return;
    }
    if (answer.isOver) return;
    const leave = this.limiter.enter();
    // Also where what makes the answer throws.
    if (leave !== undefined) answer.whenOver(leave);
    try {
      const hasRoom = leave !== undefined && (await send());
      if (!hasRoom) await answer.sendText(503, TOO_MANY_READS, { 'Retry-After': '1' });
    } catch (thrown) {
      leave?.();
      throw thrown;
    }
  }

  /** @returns whether there was a place in memory for the document. */
  private async sendJson(answer: Answer, reader: string): Promise<boolean> {
    const slot = await this.limiter.slot();
    if (slot === undefined) return false;
    try {
      // The client may have left while others were served.
      if (answer.isOver) return true;
      const { metrics, giveBack } = await this.reader.json(reader);
      slot.made(metrics.reduce((sum, piece) => sum + piece.length, 0));
      if (!(await answer.send({ type: JSON_TYPE, body: metrics }))) giveBack();
      return true;
    } finally {
      slot.release();
    }
  }

  private async sendScrape(answer: Answer, reader: string, format: ExpositionFormat): Promise<boolean> {
    const scrape = await this.scrapes.scrape(format, reader);
    if (scrape === undefined) return false;
    answer.whenOver(scrape.done);
    await answer.send({ type: format.contentType, body: scrape.pieces, gzip: true });
    return true;
  }
}
