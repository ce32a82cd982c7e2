import type { Socket } from 'node:net';
import type { TrackedRequest } from '../tracked-request.js';

/**
 * Ends the requests that wait behind another on a connection that is closed. Node tells the response whose turn it is
 * that it was closed, and none of those that are queued behind it.
 *
 * A client may queue any number of them, so they share one listener.
 */
export class PipelinedRequests {
  private readonly bySocket = new Map<Socket, Set<TrackedRequest>>();
  private readonly onSocketClose: (this: Socket) => void;

  constructor(end: (tracked: TrackedRequest) => void) {
    const { bySocket } = this;
    this.onSocketClose = function () {
      const requests = bySocket.get(this);
      bySocket.delete(this);
      // In a later turn, as Node tells the one whose turn it is: it may be among these, and was first.
      process.nextTick(() => requests?.forEach(end));
    };
  }

  add(tracked: TrackedRequest): void {
    const { socket } = tracked.request;
    // A request that a library made up has no socket, or something that passes for one.
    if (typeof (socket as Partial<Socket> | undefined)?.once !== 'function') return;
    let requests = this.bySocket.get(socket);
    if (requests === undefined) {
      requests = new Set();
      this.bySocket.set(socket, requests);
      socket.once('close', this.onSocketClose);
    }
    requests.add(tracked);
  }

  /** For an tracked that was added and has ended. */
  remove(tracked: TrackedRequest): void {
    const { socket } = tracked.request;
    const requests = this.bySocket.get(socket);
    if (requests === undefined || !requests.delete(tracked) || requests.size > 0) return;
    this.bySocket.delete(socket);
    socket.off('close', this.onSocketClose);
  }
}
