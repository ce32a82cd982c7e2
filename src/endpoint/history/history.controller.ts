import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { rawRequest } from '../../common/http/raw-request.js';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { HistoryHandle } from '../../history/history.handle.js';
import type { Answer } from '../streaming/answer.js';
import { Answers } from '../streaming/answers.js';
import { EventStreams, MAX_CLIENTS } from './event-streams.js';
import { afterIn, historyQueryIn } from './history-query.js';
import { HistoryReads } from './history-reads.js';
import { BAD_AFTER, BAD_HISTORY_QUERY, NOT_STARTED, TOO_MANY_CLIENTS } from './history.endpoint.messages.js';

/** No proxy or middleware may hold events back to compress or collect them. */
const STREAM_HEADERS = { 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' };

/** Serves the history: as a document, and as server-sent events. */
@Controller()
export class HistoryController {
  constructor(
    @Inject(Answers) private readonly answers: Answers,
    @Inject(HistoryHandle) private readonly history: HistoryHandle,
    @Inject(HistoryReads) private readonly reads: HistoryReads,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  /** Answers with a `HistoryDocument`. */
  @Get('history')
  async read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const { parameters } = partsOf(request);
    const query = historyQueryIn(parameters);
    const { current } = this.history;
    if (query === undefined) await answer.sendText(400, BAD_HISTORY_QUERY);
    else if (current === undefined) await sendNotStarted(answer);
    else await this.reads.json(answer, current, query);
  }

  /** Answers with a stream of events that goes on until the client leaves or the application closes. */
  @Get('events')
  async stream(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const { parameters, headers } = partsOf(request);
    const after = afterIn(parameters, headers?.['last-event-id']);
    const { current } = this.history;
    if (Number.isNaN(after)) await answer.sendText(400, BAD_AFTER);
    else if (current === undefined) await sendNotStarted(answer);
    else if (answer.isHead) await answer.send({ ...STREAM, body: '' });
    else if (this.streams.isFull)
      await answer.sendText(503, TOO_MANY_CLIENTS(MAX_CLIENTS), { 'Retry-After': '10' });
    else await answer.send({ ...STREAM, body: this.streams.events(answer, current, after) });
  }
}

const STREAM = { type: 'text/event-stream; charset=utf-8', headers: STREAM_HEADERS, timeout: Infinity };

function sendNotStarted(answer: Answer): Promise<boolean> {
  return answer.sendText(503, NOT_STARTED, { 'Retry-After': '1' });
}

function partsOf(request: unknown) {
  const raw = rawRequest(request);
  const [, query] = (raw?.url ?? '').split('?', 2);
  return { parameters: new URLSearchParams(query), headers: raw?.headers };
}
