import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { TextFormat } from '../exporters/prometheus/text-format.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import { BAD_READER } from './endpoint.messages.js';
import { MonitorService } from '../monitor.service.js';
import { rawRequest } from '../common/http/raw-request.js';
import { LoopbackGuard } from '../access/loopback.guard.js';
import { PrometheusEndpoint } from './prometheus.endpoint.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import { answerRaw } from '../common/http/raw-response.js';
import { formatFor, formatInsteadOfJson } from './negotiation/scrape-format.js';

/** What a reader may call itself in the query of a request. */
const READER = /^[\w.-]{1,50}$/;

/**
 * Serves the document. It reads as the reader `http`, or as `http:NAME` for `?reader=NAME`, so that two collectors
 * can each have a window of their own; for Prometheus as `prometheus`, or `prometheus:NAME`.
 *
 * It has no path of its own: `MonitorModule` gives each application a subclass that has one.
 */
@Controller()
@UseGuards(LoopbackGuard)
export class MonitorController {
  /** Not in the constructor, so that a subclass needs to know of the service only. */
  @Inject(MetricsReader) private readonly reader!: MetricsReader;
  @Inject(PrometheusEndpoint) private readonly prometheus!: PrometheusEndpoint;

  constructor(@Inject(MonitorService) protected readonly monitor: MonitorService) {}

  /**
   * Answers with the document, and past every serializer of the application, which would wrap it in something else.
   * Whoever wants it as Prometheus text more than as JSON gets it so.
   */
  @Get()
  async read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const raw = rawRequest(request);
    const format = formatInsteadOfJson(raw?.headers.accept);
    if (format !== undefined) return this.scrape(raw, response, format);
    const name = raw && readerIn(raw);
    if (isRefused(name, response)) return;
    // Nest sends HEAD here too. It asks what a GET would be like, and must not open a window that nobody sees.
    if (raw?.method === 'HEAD') {
      answerRaw(response, 200, 'application/json', []);
      return;
    }
    const { metrics, giveBack } = await this.reader.json(name === undefined ? 'http' : `http:${name}`);
    answerRaw(response, 200, 'application/json', metrics, giveBack);
  }

  /** Answers with the same numbers as Prometheus text, or in the OpenMetrics format if that is wanted more. */
  @Get('prometheus')
  readPrometheus(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const raw = rawRequest(request);
    return this.scrape(raw, response, formatFor(raw?.headers.accept));
  }

  private async scrape(
    raw: IncomingMessage | undefined,
    response: AdapterResponse,
    format: TextFormat,
  ): Promise<void> {
    const name = raw && readerIn(raw);
    if (!isRefused(name, response)) await this.prometheus.answer(raw, response, format, name);
  }
}

/** Answers a reader that calls itself something that it may not. */
function isRefused(name: string | undefined, response: AdapterResponse): boolean {
  if (name === undefined || READER.test(name)) return false;
  answerRaw(response, 400, 'text/plain', [BAD_READER]);
  return true;
}

function readerIn({ url = '' }: IncomingMessage): string | undefined {
  const [, query] = url.split('?', 2);
  return new URLSearchParams(query).get('reader') ?? undefined;
}
