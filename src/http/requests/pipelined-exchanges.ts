import type { Socket } from 'node:net';
import type { Exchange } from './exchange.js';

/**
 * Ends the exchanges that wait behind another on a connection that is closed. Node tells the response whose turn it is
 * that it was closed, and none of those that are queued behind it.
 *
 * A client may queue any number of them, so they share one listener.
 */
export class PipelinedExchanges {
  private readonly bySocket = new Map<Socket, Set<Exchange>>();
  private readonly onSocketClose: (this: Socket) => void;

  constructor(end: (exchange: Exchange) => void) {
    const { bySocket } = this;
    this.onSocketClose = function () {
      const exchanges = bySocket.get(this);
      bySocket.delete(this);
      // In a later turn, as Node tells the one whose turn it is: it may be among these, and was first.
      process.nextTick(() => exchanges?.forEach(end));
    };
  }

  add(exchange: Exchange): void {
    const { socket } = exchange.request;
    // A request that a library made up has no socket, or something that passes for one.
    if (typeof (socket as Partial<Socket> | undefined)?.once !== 'function') return;
    let exchanges = this.bySocket.get(socket);
    if (exchanges === undefined) {
      exchanges = new Set();
      this.bySocket.set(socket, exchanges);
      socket.once('close', this.onSocketClose);
    }
    exchanges.add(exchange);
  }

  /** For an exchange that was added and has ended. */
  remove(exchange: Exchange): void {
    const { socket } = exchange.request;
    const exchanges = this.bySocket.get(socket);
    if (exchanges === undefined || !exchanges.delete(exchange) || exchanges.size > 0) return;
    this.bySocket.delete(socket);
    socket.off('close', this.onSocketClose);
  }
}
