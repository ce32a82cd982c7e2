import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { GroupHistoryHandle } from '../../group-history/group-history.handle.js';
import { HistoryHandle } from '../../history/history.handle.js';
import type { PartRequest } from '../parts/part.js';
import { textAnswer } from '../parts/part.js';
import { Parts } from '../parts/parts.js';
import type { AnswerContent } from '../streaming/answer.js';
import { EventStreams, MAX_CLIENTS } from './event-streams.js';
import { afterIn, historyQueryIn } from './history-query.js';
import { HistoryReads } from './history-reads.js';
import { BAD_AFTER, BAD_HISTORY_QUERY, NOT_STARTED, TOO_MANY_CLIENTS } from './history.endpoint.messages.js';

/** Proxies and middleware must not hold events back to compress or batch them. */
const STREAM_HEADERS = { 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' };

/** Serves the history as a document and as server-sent events: in a group of processes, that of all of them. */
@Controller()
export class HistoryController {
  constructor(
    @Inject(Parts) private readonly parts: Parts,
    @Inject(HistoryHandle) private readonly history: HistoryHandle,
    @Inject(GroupHistoryHandle) private readonly group: GroupHistoryHandle,
    @Inject(HistoryReads) private readonly reads: HistoryReads,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {
    parts.add('history', (request) => this.document(request));
    parts.add('events', (request) => Promise.resolve(this.events(request)));
  }

  /** Answers with a `HistoryDocument`. */
  @Get('history')
  read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('history', request, response);
  }

  /** Answers with a stream of events that goes on until the client disconnects or the application closes. */
  @Get('events')
  stream(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('events', request, response);
  }

  private async document({ audience, parameters, isOwn }: PartRequest): Promise<AnswerContent> {
    const query = historyQueryIn(parameters);
    const [{ current: own }, group] = [this.history, isOwn ? undefined : this.group.current];
    if (query === undefined) return textAnswer(400, BAD_HISTORY_QUERY);
    if (own === undefined) return notStarted();
    if (group === undefined) return this.reads.json(audience, 'own', own, query);
    const document = () => group.use((session) => session.document(query));
    return this.reads.json(audience, 'group', { document }, query);
  }

  private events({ audience, parameters, headers, isOwn }: PartRequest): AnswerContent {
    const after = afterIn(parameters, headers['last-event-id']);
    const [{ current: own }, group] = [this.history, isOwn ? undefined : this.group.current];
    if (Number.isNaN(after)) return textAnswer(400, BAD_AFTER);
    if (own === undefined) return notStarted();
    if (audience.isHead) return { ...STREAM, body: '' };
    if (this.streams.isFull) return textAnswer(503, TOO_MANY_CLIENTS(MAX_CLIENTS), { 'Retry-After': '10' });
    const events =
      group === undefined
        ? this.streams.events(audience, own, after)
        : this.streams.groupEvents(audience, group, own.instance(), after);
    return { ...STREAM, body: events };
  }
}

const STREAM = { type: 'text/event-stream; charset=utf-8', headers: STREAM_HEADERS, timeout: Infinity };

function notStarted(): AnswerContent {
  return textAnswer(503, NOT_STARTED, { 'Retry-After': '1' });
}
