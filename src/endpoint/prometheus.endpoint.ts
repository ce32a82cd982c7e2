import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { TextFormat } from '../exporters/prometheus/text-format.js';
import { Scrapes } from '../exporters/prometheus/scrapes.js';
import { TOO_MANY_SCRAPES } from './endpoint.messages.js';
import { acceptsCoding } from './negotiation/accept.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import { answerRaw, beginRaw, rawOf, takeRaw } from '../common/http/raw-response.js';
import { sendPieces } from '../common/http/send-pieces.js';

/** Answers the scrapes of Prometheus, and of whatever reads the same formats. */
@Injectable()
export class PrometheusEndpoint {
  constructor(@Inject(Scrapes) private readonly scrapes: Scrapes) {}

  /** @param name what the reader calls itself in the query, if it does. */
  async answer(
    request: IncomingMessage | undefined,
    response: AdapterResponse,
    format: TextFormat,
    name: string | undefined,
  ): Promise<void> {
    const encoding = acceptsCoding(request?.headers['accept-encoding'], 'gzip') ? 'gzip' : undefined;
    // HEAD asks what a GET would be like, and must not open a window that nobody sees.
    if (request?.method === 'HEAD') {
      const raw = takeRaw(response);
      beginRaw(raw, 200, format.contentType, encoding);
      raw.end();
      return;
    }
    // Listening from here on: the client may go away before there is anything to send.
    let isLost = false;
    rawOf(response).once('close', () => (isLost = true));
    const scrape = await this.scrapes.scrape(
      format,
      name === undefined ? 'prometheus' : `prometheus:${name}`,
    );
    // Only now, so that what went wrong until here is answered as everything is that goes wrong in the application.
    const raw = takeRaw(response);
    if (scrape === undefined) {
      raw.setHeader('Retry-After', '1');
      answerRaw(raw, 503, 'text/plain', [TOO_MANY_SCRAPES]);
    } else if (isLost) {
      scrape.done(false);
    } else {
      beginRaw(raw, 200, format.contentType, encoding);
      sendPieces(raw, scrape.pieces, encoding, scrape.done);
    }
  }
}
