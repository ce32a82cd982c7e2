import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { rawRequest } from '../../common/http/raw-request.js';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { rawOf, takeRaw } from '../../common/http/raw-response.js';
import { CLOSING } from '../endpoint.messages.js';
import { Answer } from './answer.js';

/**
 * The answers of the endpoint that are under way in one application. A controller of the endpoint answers by it:
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
 * A stream is an async generator as `body`, with `timeout: Infinity` if it goes on. Its `finally` runs when the client
 * leaves and when the application closes.
 *
 * `AdapterResponse` must be imported as a type, or `emitDecoratorMetadata` refers to it.
 */
export class Answers implements BeforeApplicationShutdown {
  private readonly open = new Set<Answer>();
  /** Those that wait behind another answer of their connection. Any number may, so they share one listener. */
  private readonly queued = new Map<Socket, QueuedAnswers>();
  private isClosing = false;

  /**
   * @param endsWithServer whether the server of the application serves them, which waits for all answers when it closes.
   * A port of the endpoint's own ends them itself, and serves until the application has stopped.
   */
  constructor(private readonly endsWithServer: boolean) {}

  /** To be called first of all in a handler: what the client does meanwhile is known from here on. */
  begin(request: unknown, response: AdapterResponse): Answer {
    const node = rawRequest(request);
    const raw = rawOf(response);
    const answer = new Answer(node, raw, () => takeRaw(response));
    if (answer.isOver) return answer;
    this.open.add(answer);
    answer.whenOver(() => this.open.delete(answer));
    // Over HTTP/1, only a response that waits for another one has no socket yet.
    if (raw.socket === null && node !== undefined) this.watchSocket(node, answer);
    if (this.isClosing) answer.close(503, CLOSING);
    return answer;
  }

  /** The last hook before the server waits for its answers: none of ours may hold up the close of the application. */
  beforeApplicationShutdown(): void {
    if (!this.endsWithServer) return;
    this.isClosing = true;
    for (const answer of this.open) answer.close(503, CLOSING);
  }

  private watchSocket({ socket }: IncomingMessage, answer: Answer): void {
    // A request that a library made up has no socket, or something that passes for one.
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

/** The answers of one connection that wait behind another one. Node does not tell them that the connection is closed. */
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
