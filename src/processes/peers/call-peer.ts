import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { realTimers } from '../../common/real-timers.js';
import { PEER_VERSION } from '../processes.messages.js';
import { LineSplitter } from '../wire/line-splitter.js';
import { WIRE_VERSION, WireError } from '../wire/lines.js';
import { requestLine } from './read-request.js';

/**
 * Why a call has ended before its answer: nobody listens there; it is late; it sends something that is no answer; or it has said that
 * it cannot answer.
 */
export type CallFailure = 'gone' | 'late' | 'left out' | 'failed';

export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';

  constructor(
    readonly failure: CallFailure,
    message: string,
  ) {
    super(message);
  }
}

/** A process to call. */
export interface Callee {
  readonly address: string;
  /** By which it must greet. */
  readonly name: string;
}

/** A call. */
export interface Call {
  readonly method: string;
  readonly parameters: unknown;
  /** Milliseconds in which the process must accept it. One whose event loop is blocked does not. */
  readonly patience: number;
}

const ID = 1;

/**
 * Calls another process on a connection of its own, and gives what it answers, no faster than it is taken. Leaving the loop, or the
 * signal, ends the call there.
 *
 * @throws CallFailedError
 */
export async function* callPeer(
  { address, name }: Callee,
  { method, parameters, patience }: Call,
  signal: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  if (signal.aborted) return;
  const socket = createConnection({ path: address });
  // Without unref(), an application that has nothing left to do would never end.
  socket.unref();
  const onAbort = () => socket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  let isLate = false;
  const timer = realTimers.setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, patience);
  try {
    const request = requestLine({ kind: 'call', id: ID, method, parameters });
    for (const line of [['nestjs-monitor', WIRE_VERSION, name], request]) {
      socket.write(`${JSON.stringify(line)}\n`);
    }
    let hasGreeted = false;
    for await (const line of linesOf(socket)) {
      if (!hasGreeted) {
        checkGreeting(line, name);
        realTimers.clearTimeout(timer);
        hasGreeted = true;
        continue;
      }
      const [tag, id, item] = line;
      if (id !== ID || (tag !== 't' && tag !== 'e')) throw new WireError('something else than an answer');
      if (tag === 't') yield item;
      else if (item === undefined) return;
      else throw new CallFailedError('failed', typeof item === 'string' ? item.slice(0, 1000) : '');
    }
    throw new CallFailedError(isLate ? 'late' : 'gone', 'The connection was closed.');
  } catch (thrown) {
    if (thrown instanceof CallFailedError || signal.aborted) throw thrown;
    if (thrown instanceof WireError) throw new CallFailedError('left out', thrown.message);
    const { code, message } = thrown as NodeJS.ErrnoException;
    // A full queue of connections is not the end of the process.
    const isGone = !isLate && (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ECONNRESET');
    throw new CallFailedError(isGone ? 'gone' : 'late', message);
  } finally {
    realTimers.clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<readonly unknown[]> {
  const splitter = new LineSplitter();
  for await (const bytes of socket as AsyncIterable<Buffer>) yield* splitter.lines(bytes);
}

function checkGreeting([tag, version, name]: readonly unknown[], expected: string): void {
  if (tag !== 'nestjs-monitor') throw new WireError('something else than a nestjs-monitor');
  if (version !== WIRE_VERSION) throw new WireError(PEER_VERSION(version));
  if (name !== expected) throw new WireError('the name of another process');
}
