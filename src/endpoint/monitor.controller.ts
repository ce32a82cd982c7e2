import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { MetricsReader } from '../metrics/collection/reader.js';
import { BAD_READER } from './endpoint.messages.js';
import { MonitorService } from '../monitor.service.js';
import { rawRequest } from '../common/http/raw-request.js';
import { LoopbackGuard } from '../access/loopback.guard.js';
import { PrometheusEndpoint } from './prometheus.endpoint.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import type { Answer } from './streaming/answer.js';
import { Answers } from './streaming/answers.js';
import { formatFor, formatInsteadOfJson } from './negotiation/scrape-format.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What a reader may call itself in the query of a request. */
const READER = /^[\w.-]{1,50}$/;

/**
 * Serves the document. It reads as the reader `http`, or as `http:NAME` for `?reader=NAME`, so that two collectors can
 * each have a window of their own; for Prometheus as `prometheus`, or `prometheus:NAME`.
 *
 * It has no path of its own: the options have it.
 */
@Controller()
@UseGuards(LoopbackGuard)
export class MonitorController {
  // Not in the constructor, so that a subclass has to pass on the service only.
  @Inject(MetricsReader) private readonly reader!: MetricsReader;
  @Inject(PrometheusEndpoint) private readonly prometheus!: PrometheusEndpoint;
  @Inject(Answers) private readonly answers!: Answers;

  constructor(@Inject(MonitorService) protected readonly monitor: MonitorService) {}

  /**
   * Answers with the document, or with Prometheus text if the client prefers that to JSON. No interceptor or serializer
   * of the application sees the answer.
   */
  @Get()
  async read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const raw = rawRequest(request);
    const format = formatInsteadOfJson(raw?.headers.accept);
    const name = readerIn(raw);
    if (!isReader(name)) await answer.sendText(400, BAD_READER);
    else if (format === undefined) await this.readJson(answer, name);
    else await this.prometheus.answer(answer, format, name);
  }

  /** Answers with the same numbers as Prometheus text, or as OpenMetrics if the client prefers that. */
  @Get('prometheus')
  async readPrometheus(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const raw = rawRequest(request);
    const name = readerIn(raw);
    if (!isReader(name)) await answer.sendText(400, BAD_READER);
    else await this.prometheus.answer(answer, formatFor(raw?.headers.accept), name);
  }

  private async readJson(answer: Answer, name: string | undefined): Promise<void> {
    // Nest sends HEAD here too. It must not open a window whose values nobody gets.
    if (answer.isHead) {
      await answer.send({ type: JSON_TYPE, body: [] });
      return;
    }
    if (answer.isOver) return;
    const { metrics, giveBack } = await this.reader.json(name === undefined ? 'http' : `http:${name}`);
    if (!(await answer.send({ type: JSON_TYPE, body: metrics }))) giveBack();
  }
}

function isReader(name: string | undefined): boolean {
  return name === undefined || READER.test(name);
}

function readerIn(request: IncomingMessage | undefined): string | undefined {
  const [, query] = (request?.url ?? '').split('?', 2);
  return new URLSearchParams(query).get('reader') ?? undefined;
}
