import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isHttp2 } from '../../common/http/raw-response.js';
import type { Answer } from './answer.js';

/** The timeout of a connection before its first answer, and its answers that are not over. */
interface Disabled {
  readonly before: number;
  answers: number;
}

/**
 * Lets a connection be idle as long as its answers take: the server's limit for idle connections would cut off a profile that takes
 * longer, and answers have limits of their own.
 */
export class IdleTimeouts {
  private readonly disabled = new WeakMap<Socket, Disabled>();

  disable(raw: ServerResponse, answer: Answer): void {
    const socket = raw.socket as Partial<Socket> | null | undefined;
    if (isHttp2(raw)) raw.setTimeout(0);
    else if (socket === null) raw.once('socket', (assigned: Socket) => this.disableFor(assigned, answer));
    // An injected response has an imitation of a socket.
    else if (typeof socket?.setTimeout === 'function') this.disableFor(socket as Socket, answer);
  }

  private disableFor(socket: Socket, answer: Answer): void {
    const disabled = this.disabled.get(socket) ?? { before: socket.timeout ?? 0, answers: 0 };
    this.disabled.set(socket, disabled);
    disabled.answers++;
    socket.setTimeout(0);
    answer.whenOver(() => {
      // The next answer of a pipelined connection has begun before this one is over.
      if (--disabled.answers > 0) return;
      this.disabled.delete(socket);
      // Without `server.keepAliveTimeout`, Node does not set a timeout between requests, nor for the next one.
      if (!socket.destroyed && socket.timeout === 0) socket.setTimeout(disabled.before);
    });
  }
}
