import type { ReceivedWindow } from '../received/received-window.js';

/**
 * Why there is no answer. `refused`: nothing listens at the socket. `gone`: the process has disconnected, or there is no socket.
 * `late`: it did not answer in time, or could not save its numbers. `left out`: it sent something other than a response.
 */
export type NoAnswer = 'refused' | 'gone' | 'late' | 'left out';

export type PeerAnswer = { readonly window: ReceivedWindow | undefined } | NoAnswer;

/** A request that was sent, and is not answered yet. */
export interface Pending {
  readonly id: number;
  readonly window: ReceivedWindow | undefined;
  readonly askedAt: number;
  /**
   * `ReceivedSource.absorbed` at the time of the request. If it has not changed, the response is newer than the source. `undefined` if
   * the response may be older.
   */
  readonly absorbed: number | undefined;
  /** Whether the caller no longer waits. */
  isLate: boolean;
  settle(answer: PeerAnswer): void;
}
