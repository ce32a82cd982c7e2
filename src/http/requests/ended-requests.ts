/** A request as it ended. */
export interface EndedRequest {
  /** As the client wrote it. */
  readonly method: string | undefined;
  /** The label of its route. */
  readonly route: string;
  /** `undefined` if the client was sent none. */
  readonly status: number | undefined;
  /** From the request's beginning to its end. */
  readonly seconds: number;
  /** Whether all of the answer was handed on to the socket. */
  readonly isComplete: boolean;
}

/**
 * Requests that have ended and are still to be counted. They lie in columns that stay where they are, so that putting one
 * aside takes no memory, and touches little of it.
 */
export class EndedRequests {
  private readonly methods: (string | undefined)[] = [];
  private readonly routes: string[] = [];
  private readonly statuses: (number | undefined)[] = [];
  private readonly seconds: number[] = [];
  private readonly complete: boolean[] = [];
  private end = 0;
  private taken = 0;

  /** How many have been added since all were taken. */
  get size(): number {
    return this.end;
  }

  add({ method, route, status, seconds, isComplete }: EndedRequest): void {
    const row = this.end++;
    this.methods[row] = method;
    this.routes[row] = route;
    this.statuses[row] = status;
    this.seconds[row] = seconds;
    this.complete[row] = isComplete;
  }

  /** Gives each of them once, also where what is done with one leads back to here. */
  takeAll(take: (ended: EndedRequest) => void): void {
    while (this.taken < this.end) {
      const row = this.taken++;
      take({
        method: this.methods[row],
        route: this.routes[row],
        status: this.statuses[row],
        seconds: this.seconds[row],
        isComplete: this.complete[row],
      });
    }
    this.taken = this.end = 0;
  }
}
