import type { Socket } from 'node:net';
import type { TrackedRequest } from '../tracked-request.js';

/**
 * Ends the requests that are queued behind another on a connection when that connection closes. Node emits `'close'` only for
 * the response whose turn it is, not for those behind it.
 *
 * All queued requests of a connection share one listener, since a client can queue any number of them.
 */
export class PipelinedRequests {
  private readonly bySocket = new Map<Socket, Set<TrackedRequest>>();
  private readonly onSocketClose: (this: Socket) => void;

  constructor(end: (tracked: TrackedRequest) => void) {
    const { bySocket } = this;
    this.onSocketClose = function () {
      const requests = bySocket.get(this);
      bySocket.delete(this);
      // Node closes the response whose turn it is in this tick: it ends first.
      process.nextTick(() => requests?.forEach(end));
    };
  }

  add(tracked: TrackedRequest): void {
    const { socket } = tracked.request;
    // A library that injects a request may give it no socket, or an object that only resembles one.
    if (typeof (socket as Partial<Socket> | undefined)?.once !== 'function') return;
    let requests = this.bySocket.get(socket);
    if (requests === undefined) {
      requests = new Set();
      this.bySocket.set(socket, requests);
      socket.once('close', this.onSocketClose);
    }
    requests.add(tracked);
  }

  /** For a request that was added and has ended. */
  remove(tracked: TrackedRequest): void {
    const { socket } = tracked.request;
    const requests = this.bySocket.get(socket);
    if (requests === undefined || !requests.delete(tracked) || requests.size > 0) return;
    this.bySocket.delete(socket);
    socket.off('close', this.onSocketClose);
  }
}
