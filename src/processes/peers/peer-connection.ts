import type { Socket } from 'node:net';
import { oldestBeyond } from '../../common/oldest-beyond.js';
import { describeThrown } from '../../common/show-value.js';
import type { MemberName } from '../group/member-name.js';
import { LineSplitter } from '../wire/line-splitter.js';
import { WIRE_VERSION } from '../wire/lines.js';
import { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import { LineWriter } from './line-writer.js';
import type { ReadRequest } from './read-request.js';
import { parseRequest } from './read-request.js';

/** Windows that may still be given back. A reader gives back only its last one. */
const KEPT_WINDOWS = 64;

/** Characters in a request. The name of a reader is the longest part of one. */
const MAX_REQUEST = 65_536;

/** Pending requests. If there are more, the socket is paused. A process has one or two at a time. */
const MAX_WAITING = 64;

/** Milliseconds in which a process must send its greeting. */
const GREETING_TIMEOUT = 10_000;

/** Merges a window into the next one of its reader. */
export type GiveBack = () => void;

/** A request for numbers. */
export type AnswerableRequest = Extract<ReadRequest, { kind: 'now' | 'window' }>;

/**
 * Answers a call of another process with any number of items, each as JSON text. It must end when the signal aborts, because the other
 * process has disconnected. If it throws, the message of the error is sent as the end of the response.
 */
export type CallHandler = (parameters: unknown, signal: AbortSignal) => AsyncIterable<readonly string[]>;

/** Answers the requests of other processes. */
export interface AnswerMaker {
  /**
   * Writes the lines of a response.
   *
   * @returns a function that gives the window back, for a read of a window. `unsaved` if the numbers are not saved and must not be sent.
   */
  answer(
    request: AnswerableRequest,
    encoder: SnapshotEncoder,
    write: (line: unknown) => void,
  ): Promise<GiveBack | 'unsaved' | undefined>;
  /** @see CallHandler */
  call(method: string, parameters: unknown, signal: AbortSignal): AsyncIterable<readonly string[]>;
}

/** A connection from another process, whose requests are answered one after the other. */
export class PeerConnection {
  private readonly splitter = new LineSplitter(MAX_REQUEST);
  private readonly encoder = new SnapshotEncoder();
  private readonly writer: LineWriter;
  private readonly windows = new Map<number, GiveBack>();
  private work: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private hasGreeted = false;

  constructor(
    private readonly socket: Socket,
    private readonly name: MemberName,
    private readonly answers: AnswerMaker,
  ) {
    this.writer = new LineWriter(socket);
  }

  start(): void {
    this.socket.on('error', () => {});
    this.socket.setTimeout(GREETING_TIMEOUT, () => this.socket.destroy());
    this.socket.on('data', (bytes: Buffer) => this.take(bytes));
    void this.send(['nestjs-monitor', WIRE_VERSION, this.name.text]);
  }

  private take(bytes: Buffer): void {
    try {
      for (const line of this.splitter.lines(bytes)) this.takeLine(line);
    } catch {
      // The peer is not a process with this module, or it has another version.
      this.socket.destroy();
    }
  }

  private takeLine(line: readonly unknown[]): void {
    if (!this.hasGreeted) {
      if (line[0] !== 'nestjs-monitor' || line[1] !== WIRE_VERSION) this.socket.destroy();
      this.hasGreeted = true;
      this.socket.setTimeout(0);
      return;
    }
    const request = parseRequest(line);
    // Otherwise, requests could fill the memory.
    if (++this.waiting > MAX_WAITING) this.socket.pause();
    // One after the other: the encoder tracks what this connection has received so far.
    this.work = this.work
      .then(() => this.handle(request))
      .catch(() => {
        this.socket.destroy();
      })
      .finally(() => {
        if (--this.waiting <= MAX_WAITING) this.socket.resume();
      });
  }

  private async handle(request: ReadRequest): Promise<void> {
    if (this.socket.destroyed) return undefined;
    if (request.kind === 'ping') return this.send(['e', request.id]);
    if (request.kind === 'giveBack') {
      this.windows.get(request.id)?.();
      this.windows.delete(request.id);
      return undefined;
    }
    if (request.kind === 'call') return this.call(request);
    const giveBack = await this.answers.answer(request, this.encoder, (line) => this.writer.write(line));
    await this.send(giveBack === 'unsaved' ? ['e', request.id, giveBack] : ['e', request.id]);
    if (giveBack === undefined || giveBack === 'unsaved') return undefined;
    // The reader disconnected before the answer was sent.
    if (this.socket.destroyed) giveBack();
    else this.keep(request.id, giveBack);
    return undefined;
  }

  private async call({ id, method, parameters }: Extract<ReadRequest, { kind: 'call' }>): Promise<void> {
    const closing = new AbortController();
    const onClose = () => closing.abort();
    this.socket.once('close', onClose);
    try {
      for await (const items of this.answers.call(method, parameters, closing.signal)) {
        for (const item of items) this.writer.writeText(`["t",${id},${item}]`);
        await this.writer.drain();
        if (this.socket.destroyed) return undefined;
      }
      await this.send(['e', id]);
    } catch (thrown) {
      await this.send(['e', id, describeThrown(thrown).message]);
    } finally {
      this.socket.off('close', onClose);
    }
  }

  private keep(id: number, giveBack: GiveBack): void {
    this.windows.set(id, giveBack);
    const oldest = oldestBeyond(KEPT_WINDOWS, this.windows);
    if (oldest !== undefined) this.windows.delete(oldest);
  }

  private async send(line: unknown): Promise<void> {
    this.writer.write(line);
    await this.writer.drain();
  }
}
