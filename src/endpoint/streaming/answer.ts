import type { IncomingMessage, ServerResponse } from 'node:http';
import { SafeLogger } from '../../common/safe-logger.js';
import { isClosed, isHttp2, setAnswerHeaders, wasReset } from '../../common/http/raw-response.js';
import { describeThrown } from '../../common/show-value.js';
import { ANSWER_FAILED } from '../endpoint.messages.js';
import { acceptsCoding } from '../negotiation/accept.js';
import type { Body, Chunk } from './chunks.js';
import { chunksOf, compressed, discardBody, shortBody } from './chunks.js';

/** Content of an answer. */
export interface AnswerContent {
  /** Default: 200. */
  readonly status?: number;
  /** The whole `Content-Type`, such as `application/json; charset=utf-8`. */
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Not sent for HEAD. Check {@link Answer.isHead} to avoid creating a body for it. */
  readonly body: Body;
  /** Compress it for a client that accepts gzip. Default: `false`. */
  readonly gzip?: boolean;
  /**
   * Milliseconds that sending may take; then the client is disconnected. `Infinity` for an endless stream, whose client is
   * still disconnected when it reads nothing for a minute. Default: 60 000.
   */
  readonly timeout?: number;
}

/** Milliseconds after which a client that has not read its answer is disconnected. Prometheus itself waits for 10 s. */
const TIMEOUT = 60_000;

/**
 * The monitor's answer to one request, from the start of its handler. It bypasses the adapter, so no interceptor,
 * serializer or filter of the application changes it. It writes as fast as the client reads, and detects when the client
 * disconnects, before and while the answer is sent.
 *
 * It adds one `close` listener to the response: Node warns at more than ten, and the application has its own listeners.
 */
export class Answer {
  /** Whether it is a HEAD request: headers only. It must not open a reader's window or start any work. */
  readonly isHead: boolean;
  /** Whether the client accepts gzip. */
  readonly acceptsGzip: boolean;
  private readonly controller = new AbortController();
  private readonly callbacks: ((wasSent: boolean) => void)[] = [];
  private state: 'open' | 'sending' | 'sent' | 'lost' = 'open';
  private timer: NodeJS.Timeout | undefined;
  /** Ends the wait for a slow client. */
  private resume: (() => void) | undefined;

  /**
   * Use `Answers.begin()`, which also ends it when the application closes.
   *
   * @param hijack makes the adapter leave the response alone.
   */
  constructor(
    request: IncomingMessage | undefined,
    private readonly raw: ServerResponse,
    private readonly hijack: () => void,
  ) {
    this.isHead = request?.method === 'HEAD';
    this.acceptsGzip = acceptsCoding(request?.headers['accept-encoding'], 'gzip');
    if (isClosed(raw)) this.end(false);
    // By the event and not by writableFinished, which an injected response never has.
    else raw.on('finish', this.onFinish).on('close', this.onClose);
  }

  private readonly onFinish = (): void => this.end(!wasReset(this.raw));
  private readonly onClose = (): void => this.end(false);

  /** Whether all of it was sent, the client has disconnected, or the application is closing. */
  get isOver(): boolean {
    return this.state === 'sent' || this.state === 'lost';
  }

  /** Aborted when the client disconnects or the application closes before all of it was sent. For long work. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Calls back once when the answer is over (at once if it already is), with whether all of it was sent. */
  whenOver(callback: (wasSent: boolean) => void): void {
    if (this.isOver) callback(this.state === 'sent');
    else this.callbacks.push(callback);
  }

  /**
   * Sends the content, unless the client has disconnected.
   *
   * @returns whether all of it was sent. It never rejects: if the body fails, the client is disconnected and a
   * warning is logged. An error thrown before this call is handled by the application, as any error of a handler.
   */
  send(content: AnswerContent): Promise<boolean> {
    if (this.state !== 'open') return this.discard(content.body);
    this.state = 'sending';
    this.hijack();
    const { timeout = TIMEOUT } = content;
    if (timeout !== Infinity) this.timer = setTimeout(() => this.cut(), timeout).unref();
    const over = new Promise<boolean>((resolve) => this.whenOver(resolve));
    void this.write(content).catch((thrown: unknown) => this.fail(thrown));
    return over;
  }

  /** Sends a short text. */
  sendText(status: number, text: string, headers?: AnswerContent['headers']): Promise<boolean> {
    return this.send({ status, type: 'text/plain; charset=utf-8', headers, body: text });
  }

  /** Ends the answer at once. If it has not begun, the client gets this status and text. */
  close(status: number, text: string): void {
    // Over HTTP/2, Node warns of this header.
    const headers = isHttp2(this.raw) ? undefined : { Connection: 'close' };
    if (this.state === 'open') void this.sendText(status, text, headers);
    else this.cut();
    this.end(false);
  }

  /** Ends the answer because its connection was closed while it waited behind another one. */
  lose(): void {
    this.end(false);
  }

  private async write({
    status = 200,
    type,
    headers = {},
    body,
    gzip = false,
  }: AnswerContent): Promise<void> {
    const { raw } = this;
    const isCompressed = gzip && this.acceptsGzip;
    setAnswerHeaders(raw, status, type);
    for (const [name, value] of Object.entries(headers)) raw.setHeader(name, value);
    if (isCompressed) raw.setHeader('Content-Encoding', 'gzip');
    if (this.isHead) {
      raw.end();
      await this.discard(body);
      return;
    }
    const whole = isCompressed ? undefined : shortBody(body);
    if (whole === undefined)
      await this.writeChunks(isCompressed ? compressed(chunksOf(body)) : chunksOf(body));
    raw.end(whole);
  }

  /** Returning from the loop also ends the source: the `finally` of a generator runs. */
  private async writeChunks(chunks: AsyncIterable<Chunk>): Promise<void> {
    for await (const chunk of chunks) {
      if (this.isOver) return;
      if (!this.raw.write(chunk)) await this.drained();
      if (this.isOver) return;
    }
  }

  /** Waits until the client has read what was written, for at most {@link TIMEOUT}. */
  private async drained(): Promise<void> {
    const stalled = setTimeout(() => this.cut(), TIMEOUT).unref();
    // Not by whenOver(): an event stream may wait many times, and would add a callback each time.
    await new Promise<void>((resolve) => {
      this.resume = resolve;
      this.raw.once('drain', resolve);
    });
    this.resume = undefined;
    clearTimeout(stalled);
  }

  /** Ends the source of a body that is not sent. */
  private async discard(body: Body): Promise<boolean> {
    await discardBody(body);
    return this.state === 'sent';
  }

  private fail(thrown: unknown): void {
    if (!this.isOver) new SafeLogger('Monitor').warn(ANSWER_FAILED(describeThrown(thrown).message));
    this.cut();
  }

  private cut(): void {
    this.raw.destroy();
    this.end(false);
  }

  private end(wasSent: boolean): void {
    if (this.isOver) return;
    // The client has disconnected: the adapter must not try to answer.
    if (this.state === 'open') this.hijack();
    this.state = wasSent ? 'sent' : 'lost';
    clearTimeout(this.timer);
    this.raw.off('finish', this.onFinish).off('close', this.onClose);
    if (!wasSent) this.controller.abort();
    this.resume?.();
    for (const callback of this.callbacks.splice(0)) callback(wasSent);
  }
}
