import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { BrowserRedirect } from './dashboard/browser-redirect.js';
import { BAD_FORMAT, BAD_PROCESS, BAD_READER, BAD_RESOLUTION, REDIRECTED } from './endpoint.messages.js';
import { MonitorService } from '../monitor.service.js';
import { rawRequest } from '../common/http/raw-request.js';
import { LoopbackGuard } from '../access/loopback.guard.js';
import type { ReadTarget } from './metrics-reads.js';
import { MetricsReads } from './metrics-reads.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import { Answers } from './streaming/answers.js';
import type { RequestTarget } from './negotiation/request-target.js';
import { targetOf } from './negotiation/request-target.js';
import { processIn } from './negotiation/process-query.js';
import { resolutionIn } from './negotiation/resolution-query.js';
import { formatFor, formatInsteadOfJson } from './negotiation/scrape-format.js';

/** Allowed reader names in the query of a request. */
const READER = /^[\w.-]{1,50}$/;

/**
 * Serves the document as JSON and for Prometheus. JSON is read as the reader `http`, or `http:NAME` for
 * `?reader=NAME`, so two collectors can each have their own window; Prometheus reads as `prometheus`, or `prometheus:NAME`. In a
 * group of processes, `?process=PID` reads one of them.
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
   * Answers with the document, or in a format of Prometheus if the client prefers one to JSON. Redirects a browser to the
   * dashboard. `?format=json` forces the document. Interceptors and serializers of the application are bypassed.
   */
  @Get()
  async read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const accept = rawRequest(request)?.headers.accept;
    const target = targetOf(request);
    const read = readIn(target);
    const format = target.query.get('format');
    const resolution = resolutionIn(target);
    const scraped = format === null ? formatInsteadOfJson(accept, resolution) : undefined;
    const location = this.browsers.locationFor(target, accept);
    if (typeof read === 'string') await answer.sendText(400, read);
    else if (format !== null && format !== 'json') await answer.sendText(400, BAD_FORMAT);
    else if (location !== undefined) await answer.sendText(302, REDIRECTED, { Location: location });
    else if (scraped === undefined) await this.reads.json(answer, read);
    else if (resolution === undefined) await answer.sendText(400, BAD_RESOLUTION);
    else await this.reads.scrape(answer, read, scraped);
  }

  /**
   * Answers with the same numbers in the format of Prometheus that the client prefers: text, OpenMetrics, or protobuf with
   * native histograms, whose resolution `?schema=` and `?buckets=` limit.
   */
  @Get('prometheus')
  async readPrometheus(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const target = targetOf(request);
    const [read, resolution] = [readIn(target), resolutionIn(target)];
    const { accept } = rawRequest(request)?.headers ?? {};
    if (typeof read === 'string') await answer.sendText(400, read);
    else if (resolution === undefined) await answer.sendText(400, BAD_RESOLUTION);
    else await this.reads.scrape(answer, read, formatFor(accept, resolution));
  }
}

/** @returns the text of the error if the query is invalid. */
function readIn({ query }: RequestTarget): ReadTarget | string {
  const name = query.get('reader') ?? undefined;
  const process = query.get('process') ?? undefined;
  if (name !== undefined && !READER.test(name)) return BAD_READER;
  if (process === undefined) return { name, process };
  const one = processIn(process);
  return one === undefined ? BAD_PROCESS : { name, process: one };
}
