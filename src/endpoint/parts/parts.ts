import { peerAddress, rawRequest } from '../../common/http/raw-request.js';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { findProcess, NoSingleProcess } from '../../processes/group/find-process.js';
import type { Member } from '../../processes/group/member.js';
import type { MemberName } from '../../processes/group/member-name.js';
import type { ProcessGroup } from '../../processes/group/process-group.js';
import { CallFailedError } from '../../processes/peers/call-peer.js';
import type { ProcessesHandle } from '../../processes/processes.handle.js';
import {
  BAD_PROCESS,
  PROCESS_CANNOT_ANSWER,
  PROCESS_ENDED,
  PROCESS_LATE,
  TOO_MANY_READS,
  UNKNOWN_PROCESS,
} from '../endpoint.messages.js';
import { isThisProcess, processIn, processText, refusalOf } from '../negotiation/process-query.js';
import { lastSegment, targetOf } from '../negotiation/request-target.js';
import type { AnswerContent } from '../streaming/answer.js';
import type { Answers } from '../streaming/answers.js';
import type { Part, PartRequest } from './part.js';
import { textAnswer } from './part.js';
import type { RemoteHead, RemoteRead } from './remote-part.js';
import { answerRemotely, READ_PART } from './remote-part.js';

/** Milliseconds that another process has to accept a read. The client asks for exactly that process, so no other can answer. */
const PATIENCE = 5000;

/** The most reads that are forwarded to other processes at the same time, event streams included. */
const MAX_RELAYED = 100;

/**
 * The parts of the endpoint that can be read through any process of a group for any other one, by `?process=PID`. Access is checked by
 * the guard of the process that the client is connected to. The other process answers for itself only, so no read is forwarded twice.
 */
export class Parts {
  private readonly byName = new Map<string, Part>();
  private relayed = 0;

  constructor(
    private readonly answers: Answers,
    private readonly processes: ProcessesHandle,
  ) {
    processes.whenJoined(({ group }) => {
      group.handle(READ_PART, (read, signal) => this.answerProcess(read, signal));
      return Promise.resolve(() => Promise.resolve());
    });
  }

  /** Registers a part, so that other processes can ask for it. */
  add(name: string, part: Part): void {
    this.byName.set(name, part);
  }

  /** Answers an HTTP client: from this process, or from the one in the query. */
  async serve(name: string, request: unknown, response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const raw = rawRequest(request);
    const { path, query: parameters } = targetOf(request);
    const process = parameters.get('process');
    parameters.delete('process');
    const { accept, 'user-agent': userAgent, 'last-event-id': lastEventId } = raw?.headers ?? {};
    const asked: PartRequest = {
      audience: answer,
      parameters,
      headers: { accept, 'user-agent': userAgent, 'last-event-id': lastEventId?.toString() },
      // From the URL, because each adapter has the parameters of a route in another place.
      segment: lastSegment(path),
      client: (raw && peerAddress(raw)) ?? 'a local client',
      isOwn: process !== null,
    };
    let content: AnswerContent;
    try {
      content = await this.contentOf(name, process, asked);
    } catch (thrown) {
      // The client has disconnected, or the application closes: no answer can be sent.
      if (answer.isOver) return;
      throw thrown;
    }
    await answer.send(content);
  }

  private async contentOf(name: string, process: string | null, asked: PartRequest): Promise<AnswerContent> {
    if (process === null) return this.own(name, asked);
    const query = processIn(process);
    if (query === undefined) return textAnswer(400, BAD_PROCESS);
    const { current } = this.processes;
    if (current === undefined)
      return isThisProcess(query)
        ? this.own(name, asked)
        : textAnswer(...refusalOf(query, new NoSingleProcess()));
    const found = await findProcess(current.group, query);
    if (found instanceof NoSingleProcess) return textAnswer(...refusalOf(query, found));
    if (found.isOwn) return this.own(name, asked);
    // The main thread answers for its process. An ended one may have had the same pid.
    const mains = found.members.filter((one) => one.name.thread === null);
    const member = mains.find(({ state }) => state !== 'ended') ?? mains[0] ?? found.members[0];
    if (member === undefined) return textAnswer(404, UNKNOWN_PROCESS(process));
    return this.relay(current.group, name, member, processText(query), asked);
  }

  private own(name: string, asked: PartRequest): Promise<AnswerContent> {
    const part = this.byName.get(name);
    if (part === undefined) throw new Error(`There is no part of the endpoint called ${name}.`);
    return part(asked);
  }

  private async relay(
    group: ProcessGroup,
    part: string,
    member: Member,
    process: string,
    { audience, parameters, headers, segment, client }: PartRequest,
  ): Promise<AnswerContent> {
    if (this.relayed >= MAX_RELAYED) return textAnswer(503, TOO_MANY_READS, { 'Retry-After': '1' });
    this.relayed++;
    audience.whenOver(() => this.relayed--);
    const read: RemoteRead = {
      part,
      query: parameters.toString(),
      headers,
      segment,
      client,
      isHead: audience.isHead,
    };
    try {
      return await relayed(group, member.name, read, audience.signal);
    } catch (thrown) {
      if (!(thrown instanceof CallFailedError)) throw thrown;
      await member.probe();
      if (member.state === 'ended') return textAnswer(404, PROCESS_ENDED(process));
      const { failure, message } = thrown;
      if (failure === 'late' || failure === 'gone')
        return textAnswer(504, PROCESS_LATE(process), { 'Retry-After': '1' });
      return textAnswer(502, PROCESS_CANNOT_ANSWER(process, message));
    }
  }

  private async *answerProcess(read: unknown, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const { part: name = '' } = (read ?? {}) as Partial<RemoteRead>;
    const part = this.byName.get(name);
    if (part === undefined) throw new Error(`There is no part of the endpoint called ${name}.`);
    yield* answerRemotely(part, read as RemoteRead, signal);
  }
}

/** The answer of another process. @throws CallFailedError if the call fails before the answer begins. */
async function relayed(
  group: ProcessGroup,
  member: MemberName,
  read: RemoteRead,
  signal: AbortSignal,
): Promise<AnswerContent> {
  const call = { method: READ_PART, parameters: read, patience: PATIENCE };
  const items = group.ask(member, call, signal)[Symbol.asyncIterator]();
  const first = await items.next();
  const { status, type, headers, gzip, timeout } = (first.value ?? {}) as Partial<RemoteHead>;
  if (first.done === true || typeof type !== 'string' || typeof status !== 'number')
    throw new CallFailedError('failed', 'an answer without a beginning');
  // For HEAD the body is not read, so the call has to be ended here.
  if (read.isHead) await items.return?.();
  return {
    status,
    type,
    headers: headers ?? {},
    ...(gzip === true && { gzip }),
    ...(timeout !== undefined && { timeout: timeout ?? Infinity }),
    body: read.isHead ? '' : piecesOf(items),
  };
}

async function* piecesOf(items: AsyncIterator<unknown>): AsyncGenerator<string | Buffer> {
  try {
    for (let next = await items.next(); next.done !== true; next = await items.next()) {
      const piece = next.value;
      if (typeof piece === 'string') yield piece;
      else if (Array.isArray(piece)) yield Buffer.from(String(piece[0]), 'base64');
    }
  } finally {
    await items.return?.();
  }
}
