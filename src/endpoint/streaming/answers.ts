import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { rawRequest } from '../../common/http/raw-request.js';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { rawOf, takeRaw } from '../../common/http/raw-response.js';
import { CLOSING } from '../endpoint.messages.js';
import { Answer } from './answer.js';
import { IdleTimeouts } from './idle-timeouts.js';

/**
 * The unfinished answers of the endpoint in one application. A controller of the endpoint uses it like this:
 *
 * ```ts
 * \@Get('history')
 * async history(\@Req() request: unknown, \@Res() response: AdapterResponse): Promise<void> {
 *   const answer = this.answers.begin(request, response);
 *   if (answer.isHead) return void (await answer.send({ type: 'application/json', body: '' }));
 *   const rows = await this.rows(answer.signal);
 *   await answer.send({ type: 'application/json', body: JSON.stringify(rows), gzip: true });
 * }
 * ```
 *
 * For a stream, pass an async generator as `body`, with `timeout: Infinity` if it is endless. Its `finally` runs when the
 * client disconnects and when the application closes.
 *
 * `AdapterResponse` must be imported as a type, or `emitDecoratorMetadata` refers to it.
 */
export class Answers implements BeforeApplicationShutdown {
  private readonly open = new Set<Answer>();
  /** Answers that wait behind another one of their connection. There may be many, so they share one listener. */
  private readonly queued = new Map<Socket, QueuedAnswers>();
  private readonly idleTimeouts = new IdleTimeouts();
  private isClosing = false;

  /**
   * @param endsWithServer whether the application's server sends the answers; it waits for all of them when it closes.
   * The endpoint's own port ends its answers itself, and serves until the application has stopped.
   */
  constructor(private readonly endsWithServer: boolean) {}

  /** Call this first in a handler: from here on, a disconnect of the client is detected. */
  begin(request: unknown, response: AdapterResponse): Answer {
    const node = rawRequest(request);
    const raw = rawOf(response);
    const answer = new Answer(node, raw, () => takeRaw(response));
    if (answer.isOver) return answer;
    this.idleTimeouts.disable(raw, answer);
    this.open.add(answer);
    answer.whenOver(() => this.open.delete(answer));
    // In HTTP/1, only a response that waits behind another one has no socket yet.
    if (raw.socket === null && node !== undefined) this.watchSocket(node, answer);
    if (this.isClosing) answer.close(503, CLOSING);
    return answer;
  }

  /** The last hook before the server waits for its answers: the monitor's must not delay `app.close()`. */
  beforeApplicationShutdown(): void {
    if (!this.endsWithServer) return;
    this.isClosing = true;
    for (const answer of this.open) answer.close(503, CLOSING);
  }

  private watchSocket({ socket }: IncomingMessage, answer: Answer): void {
    // A request that a library has created has no socket, or an imitation of one.
    if (typeof (socket as Partial<Socket> | undefined)?.once !== 'function') return;
    const queue = this.queued.get(socket) ?? new QueuedAnswers(socket);
    this.queued.set(socket, queue);
    queue.answers.add(answer);
    answer.whenOver(() => {
      queue.answers.delete(answer);
      if (queue.answers.size > 0) return;
      queue.stop();
      this.queued.delete(socket);
    });
  }
}

/** The answers of one connection that wait behind another one. Node does not notify them when the connection closes. */
class QueuedAnswers {
  readonly answers = new Set<Answer>();

  constructor(private readonly socket: Socket) {
    socket.once('close', this.onClose);
  }

  stop(): void {
    this.socket.off('close', this.onClose);
  }

  private readonly onClose = (): void => {
    for (const answer of this.answers) answer.lose();
  };
}
