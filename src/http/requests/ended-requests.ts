import type { RequestKind } from './http-series.js';

/** A request as it ended. */
export interface EndedRequest extends RequestKind {
  /** From the request's beginning to its end. */
  readonly seconds: number;
  /** Whether all of the answer was handed on to the socket. */
  readonly isComplete: boolean;
}

/**
 * Requests that have ended and are still to be counted. The list is never made shorter, so that putting one aside takes no
 * memory but its own.
 */
export class EndedRequests {
  private readonly rows: EndedRequest[] = [];
  private end = 0;
  private taken = 0;

  /** How many have been added since all were taken. */
  get size(): number {
    return this.end;
  }

  add(ended: EndedRequest): void {
    this.rows[this.end++] = ended;
  }

  /** Gives each of them once, also where what is done with one leads back to here. */
  takeAll(take: (ended: EndedRequest) => void): void {
    while (this.taken < this.end) take(this.rows[this.taken++]);
    this.taken = this.end = 0;
  }
}
