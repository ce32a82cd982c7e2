import type { Counter } from '../../metrics/counter.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { OVERFLOW_LABELS } from '../../metrics/series/labels.js';
import type { ErrorKind } from './error-kind.js';

/** The status of the response, or the kind of the error of a request without one. */
export type CallStatus = number | ErrorKind;

/** The limit of cached statuses: a server can answer with any number. Others are looked up by their labels each time. */
const MAX_STATUSES = 50;

interface CallSeries {
  readonly requests: Counter;
  readonly duration: HistogramSeries;
}

/** The series of the requests to one host that have the same method and URL template. */
export class CallMetrics {
  private firstBytes: HistogramSeries | undefined;
  private readonly byStatus = new Map<CallStatus, CallSeries>();

  /** @param labels host, method and URL template; `undefined` for the overflow series. */
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly labels: KnownLabels | undefined,
  ) {}

  firstByte(seconds: number): void {
    this.firstBytes ??= this.registry.ownHistogram(
      'http_client_time_to_first_byte',
      this.labels ?? OVERFLOW_LABELS,
    );
    this.firstBytes.observe(seconds);
  }

  end(status: CallStatus, seconds: number): void {
    const { requests, duration } = this.byStatus.get(status) ?? this.add(status);
    requests.inc();
    duration.observe(seconds);
  }

  private add(status: CallStatus): CallSeries {
    const labels = this.labels === undefined ? OVERFLOW_LABELS : { ...this.labels, status };
    const series = {
      requests: this.registry.ownCounter('http_client_requests', labels),
      duration: this.registry.ownHistogram('http_client_duration', labels),
    };
    if (this.byStatus.size < MAX_STATUSES) this.byStatus.set(status, series);
    return series;
  }
}
