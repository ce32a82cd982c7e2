import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { realTimers } from '../../common/real-timers.js';
import { PEER_VERSION } from '../processes.messages.js';
import { LineSplitter } from '../wire/line-splitter.js';
import { WIRE_VERSION, WireError } from '../wire/lines.js';
import { requestLine } from './read-request.js';

/**
 * Why a call failed. `gone`: nothing listens at the address, or the process has disconnected. `late`: it did not accept the call in
 * time. `left out`: it sent something other than a response. `failed`: it responded with an error.
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

/** Characters in a line. The longest of ours is the list of the 10 000 series of a history: with long labels, it has many megabytes. */
const MAX_LINE = 32 * 1024 * 1024;

/** A process to call. */
export interface Callee {
  readonly address: string;
  /** The name that the process must send in its greeting. */
  readonly name: string;
}

/** A call of another process. */
export interface Call {
  readonly method: string;
  readonly parameters: unknown;
  /** Milliseconds in which the process must send its greeting. A process whose event loop is blocked does not. */
  readonly patience: number;
}

const ID = 1;

/**
 * Calls another process on a separate connection, and yields the items of its response, with backpressure. Leaving the loop or
 * aborting the signal also ends the call in the other process.
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
    // Other errors, such as a full queue of connections, do not mean that the process has ended.
    const isGone = !isLate && (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ECONNRESET');
    throw new CallFailedError(isGone ? 'gone' : 'late', message);
  } finally {
    realTimers.clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<readonly unknown[]> {
  const splitter = new LineSplitter(MAX_LINE);
  for await (const bytes of socket as AsyncIterable<Buffer>) yield* splitter.lines(bytes);
}

function checkGreeting([tag, version, name]: readonly unknown[], expected: string): void {
  if (tag !== 'nestjs-monitor') throw new WireError('something else than a nestjs-monitor');
  if (version !== WIRE_VERSION) throw new WireError(PEER_VERSION(version));
  if (name !== expected) throw new WireError('the name of another process');
}
