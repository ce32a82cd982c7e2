import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { realClock } from '../../common/clock.js';
import { realTimers } from '../../common/real-timers.js';
import type { SliceQueue } from '../../common/slice-queue.js';
import type { Sliced } from '../../common/slices.js';
import type { MemberName } from '../group/member-name.js';
import type { UnreadIntervals } from '../group/unread-intervals.js';
import { PEER_VERSION } from '../processes.messages.js';
import type { ReceivedSource } from '../received/received-source.js';
import { ReceivedWindow } from '../received/received-window.js';
import { LineSplitter } from '../wire/line-splitter.js';
import { WIRE_VERSION, WireError } from '../wire/lines.js';
import { SnapshotDecoder } from '../wire/snapshot.decoder.js';
import type { NoAnswer, PeerAnswer, Pending } from './pending.js';
import type { Read } from './read-request.js';
import { requestLine } from './read-request.js';

/** Milliseconds in which a process has to answer. */
const ANSWER_TIMEOUT = 1000;

/** Bytes of one answer. 10 000 series are about one megabyte. */
const MAX_ANSWER = 256 * 1024 * 1024;

/** Milliseconds until a process that has sent something other than responses is asked again. */
const PAUSE = 30_000;

/** Called with a window that cannot be given back, because its process has disconnected. */
export type OnNotGivenBack = (reader: string, intervals: UnreadIntervals) => void;

/** Another process of the group, read over its socket. Its responses are decoded into a source. */
export class Peer {
  private socket: Socket | undefined;
  private splitter = new LineSplitter();
  private decoder: SnapshotDecoder;
  private hasGreeted = false;
  /** Whether the source may have metrics and series that were removed before this connection. */
  private isUnchecked = true;
  private bytes = 0;
  private lastId = 0;
  private pausedUntil = 0;
  /** In the order of the requests, which is also the order of the responses. */
  private pending: Pending[] = [];
  private isClosed = false;

  /** @param onLeftOut called with the reason when the process has sent something other than a response. */
  constructor(
    readonly name: MemberName,
    private readonly address: string,
    private readonly source: ReceivedSource,
    private readonly slices: SliceQueue,
    private readonly onLeftOut: (reason: string) => void,
    private readonly onNotGivenBack: OnNotGivenBack,
  ) {
    this.decoder = new SnapshotDecoder(source);
  }

  /** Sends a request. The promise never rejects, and settles after {@link ANSWER_TIMEOUT} at the latest. */
  ask(read: Read): Promise<PeerAnswer> {
    const now = realClock();
    if (this.isClosed) return Promise.resolve('gone');
    if (now < this.pausedUntil) return Promise.resolve('left out');
    // A process that is known to be late is not waited for again.
    const [first] = this.pending;
    if (first !== undefined && now - first.askedAt >= ANSWER_TIMEOUT) return Promise.resolve('late');
    const socket = (this.socket ??= this.connect());
    return new Promise((resolve) => {
      const id = ++this.lastId;
      const timer = realTimers.setTimeout(() => {
        pending.isLate = true;
        resolve('late');
      }, ANSWER_TIMEOUT);
      const pending: Pending = {
        id,
        askedAt: now,
        absorbed: hasNewNumbers(read) ? this.source.absorbed : undefined,
        isLate: false,
        window: read.kind === 'window' ? this.windowOf(read.reader, id, socket) : undefined,
        settle: (answer) => {
          realTimers.clearTimeout(timer);
          resolve(answer);
        },
      };
      this.pending.push(pending);
      socket.write(`${JSON.stringify(requestLine({ ...read, id }))}\n`);
    });
  }

  close(): void {
    this.isClosed = true;
    this.socket?.destroy();
  }

  private connect(): Socket {
    this.splitter = new LineSplitter();
    this.decoder = new SnapshotDecoder(this.source);
    this.hasGreeted = false;
    this.isUnchecked = true;
    this.bytes = 0;
    const socket = createConnection({ path: this.address });
    socket.unref();
    let code: string | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
    socket.on('data', (bytes: Buffer) => this.take(bytes, socket));
    socket.on('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.settleAll(noAnswerOf(code));
    });
    socket.write(`${JSON.stringify(['nestjs-monitor', WIRE_VERSION, this.name.text])}\n`);
    return socket;
  }

  /** The socket is paused until the bytes are decoded: data that is sent faster fills the memory of the sender, not of this process. */
  private take(bytes: Buffer, socket: Socket): void {
    socket.pause();
    this.slices.run(this.decode(bytes, socket)).then(
      () => socket.resume(),
      (thrown: unknown) => this.leaveOut(thrown, socket),
    );
  }

  private *decode(bytes: Buffer, socket: Socket): Sliced<void> {
    if (socket !== this.socket) return;
    this.bytes += bytes.length;
    if (this.bytes > MAX_ANSWER) throw new WireError('more than fits into memory');
    for (const line of this.splitter.lines(bytes)) {
      // The connection was closed between two slices.
      if (socket !== this.socket) return;
      this.takeLine(line);
      yield;
    }
  }

  private takeLine(line: readonly unknown[]): void {
    const [tag, second, third] = line;
    if (!this.hasGreeted) {
      if (tag !== 'nestjs-monitor') throw new WireError('something else than a nestjs-monitor');
      if (second !== WIRE_VERSION) throw new WireError(PEER_VERSION(second));
      if (third !== this.name.text) throw new WireError('the name of another process');
      this.hasGreeted = true;
      return;
    }
    const [first] = this.pending;
    if (tag !== 'e') {
      if (first === undefined) throw new WireError('an answer that nobody asked for');
      this.decoder.isNewer = this.isUnchecked && first.absorbed === this.source.absorbed;
      this.decoder.decode(line, first.window);
      return;
    }
    if (first === undefined || second !== first.id)
      throw new WireError('the end of an answer that nobody asked for');
    this.pending.shift();
    this.bytes = 0;
    this.decoder.endAnswer();
    if (third === 'unsaved') {
      first.settle('late');
      return;
    }
    if (this.isUnchecked && first.absorbed === this.source.absorbed) {
      this.decoder.removeUnsent();
      this.isUnchecked = false;
    }
    // The read has timed out without this window.
    if (first.isLate) first.window?.giveBack();
    else first.settle({ window: first.window });
  }

  private leaveOut(thrown: unknown, socket: Socket): void {
    if (socket !== this.socket) return;
    this.pausedUntil = realClock() + PAUSE;
    this.socket = undefined;
    socket.destroy();
    this.settleAll('left out');
    this.onLeftOut(thrown instanceof Error ? thrown.message : String(thrown));
  }

  private settleAll(answer: NoAnswer): void {
    const { pending } = this;
    this.pending = [];
    for (const one of pending) one.settle(answer);
  }

  private windowOf(reader: string, id: number, socket: Socket): ReceivedWindow {
    return new ReceivedWindow((intervals) => {
      // The process knows the window by the connection that it was sent on.
      if (socket !== this.socket) this.onNotGivenBack(reader, intervals);
      else socket.write(`${JSON.stringify(requestLine({ kind: 'giveBack', id }))}\n`);
    });
  }
}

function noAnswerOf(code: string | undefined): NoAnswer {
  if (code === 'ECONNREFUSED') return 'refused';
  // On Windows, a named pipe exists as long as a process listens.
  if (code === 'ENOENT') return process.platform === 'win32' ? 'refused' : 'gone';
  // Other errors, such as a full queue of connections, do not mean that the process has ended.
  return code === undefined ? 'gone' : 'late';
}

/** Whether the response has numbers that are saved after this request. */
function hasNewNumbers(read: Read): boolean {
  return read.kind === 'now' || (read.kind === 'window' && read.options.isFresh !== true);
}
