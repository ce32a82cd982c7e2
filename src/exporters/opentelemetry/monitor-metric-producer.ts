import type {
  CollectionResult,
  MetricProducer,
  ResourceMetrics,
  ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { randomUUID } from 'node:crypto';
import { inSlices } from '../../common/slices.js';
import type { Measurements } from '../../metrics/collection/measurements.js';
import type { MonitorService } from '../../monitor.service.js';
import { Deltas } from './deltas.js';
import { Points } from './points.js';
import type { MonitorMetricProducerOptions, ResolvedProducerOptions } from './producer-options.js';
import { resolveProducerOptions } from './producer-options.js';
import { Translation } from './translation.js';

/**
 * Gives all that the monitor knows to OpenTelemetry: hand one to each metric reader of your `MeterProvider`, and
 * whatever that reader exports to gets it, beside the metrics of the SDK itself.
 *
 * Each is a reader of its own. Two of them, or one and the endpoint, take nothing away from each other. Make it once
 * for each metric reader, and not for each collection: its window is kept as long as the application.
 *
 * @example
 * new PeriodicExportingMetricReader({
 *   exporter: new OTLPMetricExporter(),
 *   metricProducers: [new MonitorMetricProducer(app.get(MonitorService))],
 * })
 */
export class MonitorMetricProducer implements MetricProducer {
  private readonly options: ResolvedProducerOptions;
  private readonly reader = `opentelemetry:${randomUUID()}`;
  private readonly deltas = new Deltas();
  private processStart: number | undefined;
  private previous: number | undefined;
  private lastCollection: Promise<unknown> = Promise.resolve();

  /** @throws MonitorOptionsError for an option that is unknown or not what it must be. */
  constructor(
    private readonly monitor: Pick<MonitorService, 'measurements'>,
    options?: MonitorMetricProducerOptions,
  ) {
    this.options = resolveProducerOptions(options);
  }

  /** What there is now. It never rejects: what went wrong is among the `errors`. Collections do not overlap. */
  collect(): Promise<CollectionResult> {
    const collection = this.lastCollection.then(() => this.take());
    this.lastCollection = collection;
    return collection;
  }

  private async take(): Promise<CollectionResult> {
    try {
      const { metrics: measurements, giveBack } = await this.monitor.measurements(this.reader);
      try {
        return resultOf(await this.translate(measurements));
      } catch (thrown) {
        this.deltas.rollBack();
        giveBack();
        throw thrown;
      }
    } catch (thrown) {
      return resultOf([], [thrown]);
    }
  }

  private async translate(measurements: Measurements): Promise<ScopeMetrics[]> {
    const { startTime, time, process } = measurements;
    // Once, so that the start of what the process has used does not wander with the rounding of its age.
    this.processStart ??= process.uptime === null ? startTime : time - process.uptime * 1000;
    const moments = {
      processStart: this.processStart,
      monitorStart: startTime,
      previous: this.previous,
      now: time,
    };
    const points = new Points(moments, this.options.temporality, this.deltas);
    const scopes = await inSlices(new Translation(measurements, points, this.options).scopes());
    this.deltas.commit();
    this.previous = time;
    return scopes;
  }
}

function resultOf(scopeMetrics: ScopeMetrics[], errors: unknown[] = []): CollectionResult {
  return { resourceMetrics: { resource: NO_RESOURCE, scopeMetrics }, errors };
}

/**
 * The SDK takes the resource from its `MeterProvider` and never looks at this one. It is made by hand since the package
 * that makes resources would be a peer more, for nothing.
 */
const NO_RESOURCE: ResourceMetrics['resource'] = {
  attributes: {},
  merge: (other) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
};
