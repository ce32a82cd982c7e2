import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { BrowserRedirect } from './dashboard/browser-redirect.js';
import { BAD_FORMAT, BAD_READER, REDIRECTED } from './endpoint.messages.js';
import { MonitorService } from '../monitor.service.js';
import { rawRequest } from '../common/http/raw-request.js';
import { LoopbackGuard } from '../access/loopback.guard.js';
import { MetricsReads } from './metrics-reads.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import { Answers } from './streaming/answers.js';
import type { RequestTarget } from './negotiation/request-target.js';
import { targetOf } from './negotiation/request-target.js';
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
  @Inject(BrowserRedirect) private readonly browsers!: BrowserRedirect;

  constructor(@Inject(MonitorService) protected readonly monitor: MonitorService) {}

  /**
   * Answers with the document, or with Prometheus text if the client prefers that to JSON; leads a browser to the
   * dashboard. `?format=json` is the document whatever the client accepts. No interceptor or serializer of the
   * application sees the answer.
   */
  @Get()
  async read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const accept = rawRequest(request)?.headers.accept;
    const target = targetOf(request);
    const [name, format] = [readerIn(target), target.query.get('format')];
    const text = format === null ? formatInsteadOfJson(accept) : undefined;
    const location = this.browsers.locationFor(target, accept);
    if (!isReader(name)) await answer.sendText(400, BAD_READER);
    else if (format !== null && format !== 'json') await answer.sendText(400, BAD_FORMAT);
    else if (location !== undefined) await answer.sendText(302, REDIRECTED, { Location: location });
    else if (text === undefined) await this.reads.json(answer, name);
    else await this.reads.text(answer, name, text);
  }

  /** Answers with the same numbers as Prometheus text, or as OpenMetrics if the client prefers that. */
  @Get('prometheus')
  async readPrometheus(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const name = readerIn(targetOf(request));
    if (!isReader(name)) await answer.sendText(400, BAD_READER);
    else await this.reads.text(answer, name, formatFor(rawRequest(request)?.headers.accept));
  }
}

function isReader(name: string | undefined): boolean {
  return name === undefined || READER.test(name);
}

function readerIn({ query }: RequestTarget): string | undefined {
  return query.get('reader') ?? undefined;
}
