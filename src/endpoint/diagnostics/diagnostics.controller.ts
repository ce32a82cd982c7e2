import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { peerAddress, rawRequest } from '../../common/http/raw-request.js';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { HeapSnapshotRefusedError } from '../../diagnostics/heap-snapshot/heap-snapshot.js';
import { DiagnosticsOffError } from '../../diagnostics/diagnostics-off.error.js';
import { MonitorDiagnostics } from '../../diagnostics/monitor-diagnostics.js';
import { OperationInProgressError } from '../../diagnostics/operation-lock.js';
import { formatProfile } from '../../diagnostics/profiles/profile-format.js';
import type { ProfileKind } from '../../diagnostics/profiles/profiler.js';
import type { Answer } from '../streaming/answer.js';
import { Answers } from '../streaming/answers.js';
import {
  NO_SUCH_CAPTURE,
  NOT_REPEATING,
  REPEATING,
  STOPPED_REPEATING,
} from './diagnostics.endpoint.messages.js';
import { BadQueryError, profileQuery } from './profile-query.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Milliseconds that the client of a heap snapshot has to take it. */
const SNAPSHOT_TIMEOUT = 3_600_000;

/** Which status each of what the diagnostics throw is answered with. */
const STATUSES: readonly [new (...args: never[]) => Error, number][] = [
  [BadQueryError, 400],
  [DiagnosticsOffError, 404],
  [OperationInProgressError, 409],
  [HeapSnapshotRefusedError, 507],
];

/** Serves profiles, the diagnostic report, heap snapshots and captures, as far as the options switch them on. */
@Controller()
export class DiagnosticsController {
  constructor(
    @Inject(Answers) private readonly answers: Answers,
    @Inject(MonitorDiagnostics) private readonly diagnostics: MonitorDiagnostics,
  ) {}

  @Get('profile/cpu')
  cpu(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.profile('cpu', request, response);
  }

  @Get('profile/allocations')
  allocations(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.profile('allocations', request, response);
  }

  /** Ends what `repeat` has begun. */
  @Delete(['profile/cpu', 'profile/allocations'])
  stopRepeating(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.answer(request, response, async (answer) => {
      const wasRepeating = this.diagnostics.stopRepeating();
      await answer.sendText(wasRepeating ? 200 : 404, wasRepeating ? STOPPED_REPEATING : NOT_REPEATING);
    });
  }

  @Get('report')
  report(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.answer(request, response, async (answer, raw) => {
      const body = answer.isHead ? '' : JSON.stringify(await this.diagnostics.report(clientOf(raw)), null, 2);
      await answer.send({ type: JSON_TYPE, body, gzip: true });
    });
  }

  @Post('heap-snapshot')
  @HttpCode(200)
  heapSnapshot(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.answer(request, response, async (answer, raw) => {
      const snapshot = await this.diagnostics.heapSnapshot(clientOf(raw));
      answer.whenOver(() => snapshot.destroy());
      await answer.send({
        type: JSON_TYPE,
        headers: attachment(`heap-${timestamp()}.heapsnapshot`),
        body: snapshot as AsyncIterable<Buffer>,
        gzip: true,
        timeout: SNAPSHOT_TIMEOUT,
      });
    });
  }

  @Get('captures')
  captures(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.answer(request, response, async (answer) => {
      const captures = (await this.diagnostics.captures?.list()) ?? [];
      await answer.send({ type: JSON_TYPE, body: JSON.stringify({ captures }, null, 2) });
    });
  }

  @Get('captures/:id')
  capture(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.answer(request, response, async (answer, raw) => {
      const opened = await this.diagnostics.captures?.open(lastSegment(raw));
      if (opened === undefined) {
        await answer.sendText(404, NO_SUCH_CAPTURE);
        return;
      }
      const { file, capture } = opened;
      const isText = capture.id.endsWith('.txt');
      await answer.send({
        type: isText ? 'text/plain; charset=utf-8' : 'application/octet-stream',
        headers: { 'Content-Length': String(capture.bytes), ...attachment(capture.id) },
        // It closes the file when it ends, and when it is left.
        body: file.createReadStream() as AsyncIterable<Buffer>,
      });
    });
  }

  private profile(kind: ProfileKind, request: unknown, response: AdapterResponse): Promise<void> {
    return this.answer(request, response, async (answer, raw) => {
      const query = profileQuery(kind, queryOf(raw), raw?.headers);
      const { seconds, format, table, pause } = query;
      const forWhom = clientOf(raw);
      if (answer.isHead) {
        await answer.sendText(200, '');
      } else if (pause !== undefined) {
        await this.diagnostics.repeat({ kind, seconds, pause, format, table }, forWhom);
        await answer.sendText(202, REPEATING(pause));
      } else {
        const profile = await this.diagnostics.profile(kind, { seconds, signal: answer.signal }, forWhom);
        const { body, contentType, extension } = await formatProfile(profile, format, table);
        const headers = format === 'table' ? {} : attachment(`${kind}-${timestamp()}.${extension}`);
        await answer.send({ type: contentType, headers, body, gzip: format !== 'pprof' });
      }
    });
  }

  /** Answers, and turns what the diagnostics throw into the status that it stands for. */
  private async answer(
    request: unknown,
    response: AdapterResponse,
    work: (answer: Answer, raw: IncomingMessage | undefined) => Promise<void>,
  ): Promise<void> {
    const answer = this.answers.begin(request, response);
    try {
      await work(answer, rawRequest(request));
    } catch (thrown) {
      const [, status] = STATUSES.find(([type]) => thrown instanceof type) ?? [];
      // The client has disconnected, or the application closes: no answer can be sent.
      if (answer.isOver) return;
      if (status === undefined) throw thrown;
      await answer.sendText(status, `${(thrown as Error).message.trimEnd()}\n`);
    }
  }
}

function clientOf(request: IncomingMessage | undefined): string {
  return (request && peerAddress(request)) ?? 'a local client';
}

function queryOf(request: IncomingMessage | undefined): URLSearchParams {
  const [, query] = (request?.url ?? '').split('?', 2);
  return new URLSearchParams(query);
}

/** By the URL, for each adapter has the parameters of a route somewhere else. */
function lastSegment(request: IncomingMessage | undefined): string {
  const [path = ''] = (request?.url ?? '').split('?', 1);
  return path.slice(path.lastIndexOf('/') + 1);
}

function attachment(name: string): Record<string, string> {
  return { 'Content-Disposition': `attachment; filename="${name}"` };
}

function timestamp(): string {
  return new Date().toISOString().replace(/[:.]/g, '-');
}
