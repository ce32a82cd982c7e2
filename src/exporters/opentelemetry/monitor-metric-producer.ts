import type {
  CollectionResult,
  MetricProducer,
  ResourceMetrics,
  ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { randomUUID } from 'node:crypto';
import { inSlices } from '../../common/slices.js';
import type { Measurements } from '../../metrics/collection/measurements.js';
import type { Reading } from '../../metrics/collection/snapshot.js';
import { AggregationTemporality } from './otel-enums.js';
import { Deltas } from './deltas.js';
import { Points } from './points.js';
import type { MonitorMetricProducerOptions, ResolvedProducerOptions } from './producer-options.js';
import { resolveProducerOptions } from './producer-options.js';
import { Translation } from './translation.js';

/** The part of `MonitorService` that is needed. */
interface MeasurementsReader {
  measurements(reader: string): Promise<Reading<Measurements>>;
  pushes?(): boolean | Promise<boolean>;
}

/**
 * Provides all metrics of the monitor to OpenTelemetry. Add one to the `metricProducers` of each metric reader of your
 * `MeterProvider`: the reader exports them together with the metrics of the SDK.
 *
 * Each producer has its own window. Create one for each metric reader, and not for each collection: its window is kept
 * as long as the application runs.
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

  /**
   * @param monitor the `MonitorService` of the application.
   * @throws MonitorOptionsError for an option that is unknown or has a value that is not allowed.
   */
  constructor(
    private readonly monitor: MeasurementsReader,
    options?: MonitorMetricProducerOptions,
  ) {
    this.options = resolveProducerOptions(options);
  }

  /** The current metrics. It never rejects: a failure is in `errors`. Collections run one after the other. */
  collect(): Promise<CollectionResult> {
    const collection = this.lastCollection.then(() => this.take());
    this.lastCollection = collection;
    return collection;
  }

  private async take(): Promise<CollectionResult> {
    try {
      const isItsTurn = this.options.isPulled || ((await this.monitor.pushes?.()) ?? true);
      // With deltas, a process that does not export collects too: if it takes over, its deltas start where those of the other end.
      if (!isItsTurn && this.options.temporality === AggregationTemporality.CUMULATIVE) return resultOf([]);
      const { metrics: measurements, giveBack } = await this.monitor.measurements(this.reader);
      try {
        const scopes = await this.translate(measurements);
        return resultOf(isItsTurn ? scopes : []);
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
    // Computed once: the rounding of the uptime would move the start time of the series a little each time.
    this.processStart ??= process.uptime === null ? startTime : time - process.uptime * 1000;
    const times = {
      processStart: this.processStart,
      monitorStart: startTime,
      previous: this.previous,
      now: time,
    };
    const points = new Points(times, this.options.temporality, this.deltas);
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
 * The SDK takes the resource from its `MeterProvider` and ignores this one. It is a plain object, so that the package for
 * resources is not needed as one more peer dependency.
 */
const NO_RESOURCE: ResourceMetrics['resource'] = {
  attributes: {},
  merge: (other) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
};
