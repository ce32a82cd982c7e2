import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { BAD_READER } from './endpoint.messages.js';
import { MonitorService } from '../monitor.service.js';
import { rawRequest } from '../common/http/raw-request.js';
import { LoopbackGuard } from '../access/loopback.guard.js';
import { MetricsReads } from './metrics-reads.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import { Answers } from './streaming/answers.js';
import { formatFor, formatInsteadOfJson } from './negotiation/scrape-format.js';

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
  @Inject(MetricsReads) private readonly reads!: MetricsReads;
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
    else if (format === undefined) await this.reads.json(answer, name);
    else await this.reads.text(answer, name, format);
  }

  /** Answers with the same numbers as Prometheus text, or as OpenMetrics if the client prefers that. */
  @Get('prometheus')
  async readPrometheus(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const raw = rawRequest(request);
    const name = readerIn(raw);
    if (!isReader(name)) await answer.sendText(400, BAD_READER);
    else await this.reads.text(answer, name, formatFor(raw?.headers.accept));
  }
}

function isReader(name: string | undefined): boolean {
  return name === undefined || READER.test(name);
}

function readerIn(request: IncomingMessage | undefined): string | undefined {
  const [, query] = (request?.url ?? '').split('?', 2);
  return new URLSearchParams(query).get('reader') ?? undefined;
}
