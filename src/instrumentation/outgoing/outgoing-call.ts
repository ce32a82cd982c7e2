import type { Clock } from '../../common/clock.js';
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
    private readonly method: string,
    private readonly template: string | undefined,
    private readonly clock: Clock,
  ) {
    this.start = clock();
    host.begin();
  }

  /** The headers of the response have arrived. */
  respond(status: number): void {
    if (this.status !== undefined) return;
    this.status = status;
    this.host.firstByte(this.method, this.template, this.seconds());
  }

  /** Something has gone wrong. The first error tells why; later ones follow from it. */
  fail(kind: ErrorKind): void {
    this.kind ??= kind;
  }

  /** @param isComplete whether the whole response has arrived. A later error is not counted. */
  end(isComplete: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    const hasResponse = isComplete && this.status !== undefined;
    const kind = hasResponse ? undefined : (this.kind ?? 'aborted');
    this.host.end(this.method, this.status ?? kind ?? 'other', this.template, this.seconds());
    if (kind !== undefined) this.host.error(kind);
  }

  private seconds(): number {
    return (this.clock() - this.start) / 1000;
  }
}
