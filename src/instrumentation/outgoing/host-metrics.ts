import type { Counter } from '../../metrics/counter.js';
import type { Gauge } from '../../metrics/gauge.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { OVERFLOW_LABELS } from '../../metrics/series/labels.js';
import type { ErrorKind } from './error-kind.js';

/** The limit of cached series for one host. Others are looked up by their labels each time. */
const MAX_CACHED = 500;

interface CallSeries {
  readonly requests: Counter;
  readonly duration: HistogramSeries;
}

/** The metrics of the requests to one host. */
export class HostMetrics {
  private readonly calls = new Map<string, CallSeries>();
  private readonly firstBytes = new Map<string, HistogramSeries>();
  private readonly inFlight: Gauge;
  private inFlightCount = 0;

  /** @param host `undefined` for all hosts beyond the limit, which share the overflow series. */
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly host: string | undefined,
  ) {
    this.inFlight = registry.ownGauge('http_client_requests_in_flight', undefined, this.labels({}));
  }

  begin(): void {
    this.inFlight.set(++this.inFlightCount);
  }

  firstByte(method: string, template: string | undefined, seconds: number): void {
    this.cached(this.firstBytes, `${method} ${template}`, () =>
      this.registry.ownHistogram('http_client_time_to_first_byte', this.labels({ method }, template)),
    ).observe(seconds);
  }

  /** @param status that of the response, or the kind of the error. */
  end(method: string, status: number | ErrorKind, template: string | undefined, seconds: number): void {
    this.inFlight.set(--this.inFlightCount);
    const { requests, duration } = this.cached(this.calls, `${method} ${status} ${template}`, () => {
      const labels = this.labels({ method, status }, template);
      return {
        requests: this.registry.ownCounter('http_client_requests', labels),
        duration: this.registry.ownHistogram('http_client_duration', labels),
      };
    });
    requests.inc();
    duration.observe(seconds);
  }

  error(kind: ErrorKind): void {
    this.registry.ownCounter('http_client_errors', this.labels({ kind })).inc();
  }

  private labels(own: KnownLabels, template?: string): KnownLabels {
    if (this.host === undefined) return OVERFLOW_LABELS;
    return { ...own, host: this.host, ...(template !== undefined && { url_template: template }) };
  }

  private cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
    let value = cache.get(key);
    if (value === undefined) {
      value = make();
      if (cache.size < MAX_CACHED) cache.set(key, value);
    }
    return value;
  }
}
