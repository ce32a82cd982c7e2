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

/** Allowed reader names in the query of a request. */
const READER = /^[\w.-]{1,50}$/;

/**
 * Serves the document as JSON and as Prometheus text. JSON is read as the reader `http`, or `http:NAME` for
 * `?reader=NAME`, so two collectors can each have their own window; text as `prometheus`, or `prometheus:NAME`.
 *
 * The path is not set here: it comes from the options.
 */
@Controller()
@UseGuards(LoopbackGuard)
export class MonitorController {
  // Injected as properties, so the constructor of a subclass only passes on the service.
  @Inject(MetricsReads) private readonly reads!: MetricsReads;
  @Inject(Answers) private readonly answers!: Answers;
  @Inject(BrowserRedirect) private readonly browsers!: BrowserRedirect;

  constructor(@Inject(MonitorService) protected readonly monitor: MonitorService) {}

  /**
   * Answers with the document, or with Prometheus text if the client prefers it to JSON. Redirects a browser to the
   * dashboard. `?format=json` forces the document. Interceptors and serializers of the application do not see the answer.
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
