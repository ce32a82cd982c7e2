import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { MonitorOptionsError } from '../../common/options/monitor-options.error.js';
import { HeapSnapshotRefusedError } from '../../diagnostics/heap-snapshot/heap-snapshot.js';
import { DiagnosticsOffError } from '../../diagnostics/diagnostics-off.error.js';
import { MonitorDiagnostics } from '../../diagnostics/monitor-diagnostics.js';
import { InspectorUnavailableError } from '../../diagnostics/profiles/inspector-unavailable.error.js';
import { ThreadBusyError } from '../../diagnostics/report/report-threads.js';
import { OperationInProgressError, OperationsClosedError } from '../../diagnostics/operation-lock.js';
import { CONTENT_TYPES, formatProfile } from '../../diagnostics/profiles/profile-format.js';
import type { ProfileKind } from '../../diagnostics/profiles/profiler.js';
import type { Part, PartRequest } from '../parts/part.js';
import { textAnswer } from '../parts/part.js';
import { Parts } from '../parts/parts.js';
import type { AnswerContent } from '../streaming/answer.js';
import {
  NO_SUCH_CAPTURE,
  NOT_REPEATING,
  REPEATING,
  STOPPED_REPEATING,
} from './diagnostics.endpoint.messages.js';
import { BadQueryError, profileQuery } from './profile-query.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Milliseconds that the client of a heap snapshot has to receive it. */
const SNAPSHOT_TIMEOUT = 3_600_000;

/** Seconds after which a client may ask again for what a busy thread, or the end of the application, prevented. */
const RETRY_AFTER = 5;

/** The status of the answer for each error that the diagnostics throw. */
const STATUSES: readonly [new (...args: never[]) => Error, number][] = [
  [BadQueryError, 400],
  [DiagnosticsOffError, 404],
  [OperationInProgressError, 409],
  // The directory for captures was changed since the application started.
  [MonitorOptionsError, 500],
  [InspectorUnavailableError, 501],
  [ThreadBusyError, 503],
  [OperationsClosedError, 503],
  [HeapSnapshotRefusedError, 507],
];

/**
 * Serves profiles, the diagnostic report, heap snapshots and captures, as far as the options switch them on. In a group of processes,
 * they are those of the process that receives the request, or of another one with `?process=PID`.
 */
@Controller()
export class DiagnosticsController {
  constructor(
    @Inject(Parts) private readonly parts: Parts,
    @Inject(MonitorDiagnostics) private readonly diagnostics: MonitorDiagnostics,
  ) {
    this.add('profile/cpu', (asked) => this.profile('cpu', asked));
    this.add('profile/allocations', (asked) => this.profile('allocations', asked));
    this.add('stop-repeating', () => Promise.resolve(this.stopped()));
    this.add('report', (asked) => this.reportOf(asked));
    this.add('heap-snapshot', (asked) => this.snapshotFor(asked));
    this.add('captures', () => this.captureList());
    this.add('capture', ({ segment }) => this.captureOf(segment));
  }

  @Get('profile/cpu')
  cpu(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('profile/cpu', request, response);
  }

  @Get('profile/allocations')
  allocations(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('profile/allocations', request, response);
  }

  /** Stops the profiles that `repeat` has started. */
  @Delete(['profile/cpu', 'profile/allocations'])
  stopRepeating(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('stop-repeating', request, response);
  }

  @Get('report')
  report(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('report', request, response);
  }

  @Post('heap-snapshot')
  @HttpCode(200)
  heapSnapshot(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('heap-snapshot', request, response);
  }

  @Get('captures')
  captures(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('captures', request, response);
  }

  @Get('captures/:id')
  capture(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('capture', request, response);
  }

  /** Registers a part. Errors of the diagnostics are answered with their status and message. */
  private add(name: string, part: Part): void {
    this.parts.add(name, async (asked) => {
      try {
        return await part(asked);
      } catch (thrown) {
        const [, status] = STATUSES.find(([type]) => thrown instanceof type) ?? [];
        if (status === undefined) throw thrown;
        const headers = status === 503 ? { 'Retry-After': String(RETRY_AFTER) } : undefined;
        return textAnswer(status, `${(thrown as Error).message.trimEnd()}\n`, headers);
      }
    });
  }

  private async profile(
    kind: ProfileKind,
    { audience, parameters, headers, client }: PartRequest,
  ): Promise<AnswerContent> {
    const { seconds, format, table, pause } = profileQuery(kind, parameters, headers);
    this.diagnostics.checkOn('profiles');
    if (audience.isHead) return { type: CONTENT_TYPES[format], body: '', gzip: format !== 'pprof' };
    if (pause !== undefined) {
      await this.diagnostics.repeat({ kind, seconds, pause, format, table }, client);
      return textAnswer(202, REPEATING(pause));
    }
    const profile = await this.diagnostics.profile(kind, { seconds, signal: audience.signal }, client);
    const { body, contentType, extension } = await formatProfile(profile, format, table);
    const name = format === 'table' ? {} : attachment(`${kind}-${timestamp()}.${extension}`);
    return { type: contentType, headers: name, body, gzip: format !== 'pprof' };
  }

  private stopped(): AnswerContent {
    const wasRepeating = this.diagnostics.stopRepeating();
    return textAnswer(wasRepeating ? 200 : 404, wasRepeating ? STOPPED_REPEATING : NOT_REPEATING);
  }

  private async reportOf({ audience, client }: PartRequest): Promise<AnswerContent> {
    this.diagnostics.checkOn('report');
    const body = audience.isHead ? '' : JSON.stringify(await this.diagnostics.report(client), null, 2);
    return { type: JSON_TYPE, body, gzip: true };
  }

  private async snapshotFor({ audience, client }: PartRequest): Promise<AnswerContent> {
    const snapshot = await this.diagnostics.heapSnapshot(client, audience.signal);
    return {
      type: JSON_TYPE,
      headers: attachment(`heap-${timestamp()}.heapsnapshot`),
      body: snapshot as AsyncIterable<Buffer>,
      gzip: true,
      timeout: SNAPSHOT_TIMEOUT,
    };
  }

  private async captureList(): Promise<AnswerContent> {
    const captures = (await this.diagnostics.captures?.list()) ?? [];
    return { type: JSON_TYPE, body: JSON.stringify({ captures }, null, 2) };
  }

  private async captureOf(id: string): Promise<AnswerContent> {
    const opened = await this.diagnostics.captures?.open(id);
    if (opened === undefined) return textAnswer(404, NO_SUCH_CAPTURE);
    const { file, capture } = opened;
    const isText = capture.id.endsWith('.txt');
    return {
      type: isText ? 'text/plain; charset=utf-8' : 'application/octet-stream',
      headers: { 'Content-Length': String(capture.bytes), ...attachment(capture.id) },
      // The stream closes the file when it ends, and when it is destroyed.
      body: file.createReadStream() as AsyncIterable<Buffer>,
    };
  }
}

function attachment(name: string): Record<string, string> {
  return { 'Content-Disposition': `attachment; filename="${name}"` };
}

function timestamp(): string {
  return new Date().toISOString().replace(/[:.]/g, '-');
}
