import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { realClock } from '../../common/clock.js';
import { realTimers } from '../../common/real-timers.js';
import type { SliceQueue } from '../../common/slice-queue.js';
import type { Sliced } from '../../common/slices.js';
import type { MemberName } from '../group/member-name.js';
import { PEER_VERSION } from '../processes.messages.js';
import type { ReceivedSource } from '../received/received-source.js';
import { ReceivedWindow } from '../received/received-window.js';
import { LineSplitter } from '../wire/line-splitter.js';
import { WIRE_VERSION, WireError } from '../wire/lines.js';
import { SnapshotDecoder } from '../wire/snapshot.decoder.js';
import type { Read } from './read-request.js';
import { requestLine } from './read-request.js';

/** Milliseconds in which a process has to answer. */
const ANSWER_TIMEOUT = 1000;

/** Bytes of one answer. 10 000 series are about one megabyte. */
const MAX_ANSWER = 256 * 1024 * 1024;

/** Milliseconds until a process that has sent something else than answers is asked again. */
const PAUSE = 30_000;

/**
 * Why there is no answer: nobody listens at its socket; it has disconnected, or there is no socket; it is late; or it sends
 * something that is no answer.
 */
export type NoAnswer = 'refused' | 'gone' | 'late' | 'left out';

export type PeerAnswer = { readonly window: ReceivedWindow | undefined } | NoAnswer;

interface Pending {
  readonly id: number;
  readonly window: ReceivedWindow | undefined;
  readonly askedAt: number;
  /** The one who asked does not wait any more. */
  isLate: boolean;
  settle(answer: PeerAnswer): void;
}

/** Another process of the group, asked by way of its socket. What it answers goes into a source. */
export class Peer {
  private socket: Socket | undefined;
  private splitter = new LineSplitter();
  private decoder: SnapshotDecoder;
  private hasGreeted = false;
  private bytes = 0;
  private lastId = 0;
  private pausedUntil = 0;
  /** In the order in which they were asked, which is that of the answers. */
  private pending: Pending[] = [];
  private isClosed = false;

  /** @param onLeftOut gets the reason, when it has sent something that is no answer. */
  constructor(
    readonly name: MemberName,
    private readonly address: string,
    private readonly source: ReceivedSource,
    private readonly slices: SliceQueue,
    private readonly onLeftOut: (reason: string) => void,
  ) {
    this.decoder = new SnapshotDecoder(source);
  }

  /** Asks it. The promise never rejects, and is settled after {@link ANSWER_TIMEOUT}. */
  ask(read: Read): Promise<PeerAnswer> {
    const now = realClock();
    if (this.isClosed) return Promise.resolve('gone');
    if (now < this.pausedUntil) return Promise.resolve('left out');
    // One that is known to be late is not waited for again.
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
        isLate: false,
        window: read.kind === 'window' ? new ReceivedWindow(() => this.giveBack(id)) : undefined,
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

  /** Nothing more is read until this is decoded: a neighbour that sends more than that fills its own memory, not that of others. */
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
    // Nobody has seen this window.
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

  private giveBack(id: number): void {
    this.socket?.write(`${JSON.stringify(requestLine({ kind: 'giveBack', id }))}\n`);
  }
}

function noAnswerOf(code: string | undefined): NoAnswer {
  if (code === 'ECONNREFUSED') return 'refused';
  // A named pipe of Windows is there as long as somebody listens.
  if (code === 'ENOENT') return process.platform === 'win32' ? 'refused' : 'gone';
  // A full queue of connections is not the end of the process.
  return code === undefined ? 'gone' : 'late';
}
