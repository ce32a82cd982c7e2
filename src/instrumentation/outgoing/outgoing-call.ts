import type { Clock } from '../../common/clock.js';
import type { CallMetrics } from './call-metrics.js';
import type { ErrorKind } from './error-kind.js';
import type { HostMetrics } from './host-metrics.js';

/** One outgoing request, from its start until its response is complete or it has failed. It is counted once. */
export class OutgoingCall {
  private readonly start: number;
  private status: number | undefined;
  private kind: ErrorKind | undefined;
  private hasEnded = false;

  constructor(
    private readonly host: HostMetrics,
    private readonly metrics: CallMetrics,
    private readonly clock: Clock,
  ) {
    this.start = clock();
    host.begin();
  }

  /** The headers of the response have arrived. */
  respond(status: number): void {
    if (this.status !== undefined) return;
    this.status = status;
    this.metrics.firstByte(this.seconds());
  }

  /** An error has occurred. Only the first one counts, since later ones follow from it. */
  fail(kind: ErrorKind): void {
    this.kind ??= kind;
  }

  /**
   * The request has ended. Further calls have no effect: undici reports an error after a complete response if code of the
   * application throws at its end.
   *
   * @param isComplete whether the whole response has arrived.
   */
  end(isComplete: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.host.end();
    const hasResponse = isComplete && this.status !== undefined;
    const kind = hasResponse ? undefined : (this.kind ?? 'aborted');
    this.metrics.end(this.status ?? kind ?? 'other', this.seconds());
    if (kind !== undefined) this.host.error(kind);
  }

  private seconds(): number {
    return (this.clock() - this.start) / 1000;
  }
}
