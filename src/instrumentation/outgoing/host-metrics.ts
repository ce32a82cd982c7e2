import type { Gauge } from '../../metrics/gauge.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { OVERFLOW_LABELS } from '../../metrics/series/labels.js';
import { CallMetrics } from './call-metrics.js';
import type { ErrorKind } from './error-kind.js';

/** The limit of cached URL templates. Others are looked up by their labels each time. */
const MAX_TEMPLATES = 500;

/** The metrics of the requests to one host. */
export class HostMetrics {
  /** By URL template and method. */
  private readonly calls = new Map<string | undefined, Map<string, CallMetrics>>();
  private readonly inFlight: Gauge;
  private inFlightCount = 0;

  /** @param host `undefined` for all hosts beyond the limit, which share the overflow series. */
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly host: string | undefined,
  ) {
    this.inFlight = registry.ownGauge(
      'http_client_requests_in_flight',
      undefined,
      host === undefined ? OVERFLOW_LABELS : { host },
    );
  }

  /** The metrics of the requests with this method and URL template. */
  of(method: string, template: string | undefined): CallMetrics {
    return this.calls.get(template)?.get(method) ?? this.add(method, template);
  }

  begin(): void {
    this.inFlight.set(++this.inFlightCount);
  }

  end(): void {
    this.inFlight.set(--this.inFlightCount);
  }

  error(kind: ErrorKind): void {
    const labels = this.host === undefined ? OVERFLOW_LABELS : { host: this.host, kind };
    this.registry.ownCounter('http_client_errors', labels).inc();
  }

  private add(method: string, template: string | undefined): CallMetrics {
    const metrics = new CallMetrics(this.registry, this.labelsOf(method, template));
    const known = this.calls.get(template);
    if (known !== undefined) known.set(method, metrics);
    else if (this.calls.size < MAX_TEMPLATES) this.calls.set(template, new Map([[method, metrics]]));
    return metrics;
  }

  private labelsOf(method: string, template: string | undefined): KnownLabels | undefined {
    if (this.host === undefined) return undefined;
    return { method, host: this.host, ...(template !== undefined && { url_template: template }) };
  }
}
