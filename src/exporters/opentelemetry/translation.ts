import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { performance } from 'node:perf_hooks';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { Measurement, Measurements, SeriesMeasurement } from '../../metrics/collection/measurements.js';
import type { Sliced } from '../../common/slices.js';
import { applicationMetric } from './application-metric.js';
import { attributesOf } from './attributes.js';
import type { Convention } from './conventions.js';
import { CONVENTIONS, FIXED_ATTRIBUTES } from './conventions.js';
import { delayFigures } from './eventloop-delay.js';
import { explicitHistogram } from './explicit-histogram.js';
import { exponentialHistogram } from './exponential-histogram.js';
import { LOCALITY_COUNTERS, localityData } from './locality-data.js';
import { counterData, explicitData, exponentialData, gaugeData, upDownData } from './metric-data.js';
import type { Points } from './points.js';
import { processData } from './process-data.js';
import type { ResolvedProducerOptions } from './producer-options.js';
import { VERSION } from './version.js';

/** What the monitor itself measures; and the metrics of the application, whose names are none of ours. */
const [OWN_SCOPE, APPLICATION_SCOPE] = ['nestjs-monitor', 'nestjs-monitor/application'];

const [CHEAP_STEPS, DEAR_STEPS] = [128, 4];

/** Says in OpenTelemetry's words what the monitor has measured. */
export class Translation {
  private readonly names: ReadonlySet<string>;

  constructor(
    private readonly measurements: Measurements,
    private readonly points: Points,
    private readonly options: ResolvedProducerOptions,
  ) {
    this.names = new Set(measurements.metrics.map(({ name }) => name));
  }

  *scopes(): Sliced<ScopeMetrics[]> {
    const { metrics, process } = this.measurements;
    const own = [...processData(process, this.points), ...localityData(metrics, this.points)];
    const application: MetricData[] = [];
    for (const metric of metrics) {
      const convention = conventionOf(metric);
      if (convention !== undefined) own.push(...(yield* this.metric(metric, convention)));
      else if (!isLocality(metric))
        application.push(...(yield* this.metric(metric, applicationMetric(metric))));
      yield;
    }
    return [scopeOf(OWN_SCOPE, own), scopeOf(APPLICATION_SCOPE, application)].filter(
      (scope) => scope.metrics.length > 0,
    );
  }

  private *metric(metric: Measurement, as: Convention): Sliced<MetricData[]> {
    if (metric.kind === 'counter') return yield* this.counter(metric, as);
    if (metric.kind === 'gauge') return yield* this.gauge(metric, as);
    return yield* this.histogram(metric, as);
  }

  private *counter(metric: Measurement & { kind: 'counter' }, as: Convention): Sliced<MetricData[]> {
    const { points } = this;
    const dataPoints = yield* each(metric.series, CHEAP_STEPS, (series) =>
      points.counted(metric.name, series.labelsText, this.attributes(metric, series, as), series.value),
    );
    const idle = as === CONVENTIONS.callback_duration ? this.idle(metric) : undefined;
    const all = idle === undefined ? dataPoints : [...dataPoints, idle];
    return [counterData(as, all, points.temporality)];
  }

  /** The other state of the event loop, which Node counts itself, since it began. */
  private idle({ name }: Measurement): DataPoint<number> | undefined {
    const seconds = performance.eventLoopUtilization().idle / 1000;
    return this.points.used(name, 'idle', { 'nodejs.eventloop.state': 'idle' }, seconds);
  }

  private *gauge(metric: Measurement & { kind: 'gauge' }, as: Convention): Sliced<MetricData[]> {
    const { points } = this;
    const [lowest, highest]: DataPoint<number>[][] = [[], []];
    const dataPoints = yield* each(metric.series, CHEAP_STEPS, (series) => {
      const attributes = this.attributes(metric, series, as);
      if (series.extremes !== undefined && this.options.extremes) {
        lowest.push(points.level(attributes, series.extremes.min));
        highest.push(points.level(attributes, series.extremes.max));
      }
      return points.level(attributes, series.value);
    });
    const beside = [this.extremes(metric, as, 'min', lowest), this.extremes(metric, as, 'max', highest)];
    return [(as.isUpDown ? upDownData : gaugeData)(as, dataPoints), ...beside.flat()];
  }

  /** The lowest or highest values of a gauge, unless the application has a metric of that name. */
  private extremes(
    metric: Measurement,
    as: Convention,
    which: string,
    dataPoints: DataPoint<number>[],
  ): MetricData[] {
    if (dataPoints.length === 0 || this.names.has(`${metric.name}.${which}`)) return [];
    return [gaugeData({ ...as, name: `${as.name}.${which}` }, dataPoints)];
  }

  private *histogram(metric: Measurement & { kind: 'histogram' }, as: Convention): Sliced<MetricData[]> {
    const { points, options } = this;
    const inForm = <T>(form: (snapshot: HistogramSnapshot) => T) =>
      each(metric.series, DEAR_STEPS, (series) =>
        points.distribution(series, this.attributes(metric, series, as), form),
      );
    const data =
      options.histograms === 'explicit'
        ? explicitData(as, yield* inForm((one) => explicitHistogram(one, as.unit)), points.temporality)
        : exponentialData(as, yield* inForm(exponentialHistogram), points.temporality);
    const figures = as === CONVENTIONS.eventloop_delay ? this.delays(metric) : [];
    return [...figures, data];
  }

  private delays(metric: Measurement & { kind: 'histogram' }): MetricData[] {
    return metric.series.slice(0, 1).flatMap(({ interval }) =>
      delayFigures(interval).map(([figure, description, value]) => {
        const descriptor = { name: `nodejs.eventloop.delay.${figure}`, unit: 's', description };
        return gaugeData(descriptor, [this.points.level({}, value)]);
      }),
    );
  }

  private attributes(metric: Measurement, { labels }: SeriesMeasurement, as: Convention): Attributes {
    const { urlScheme } = this.options;
    const isOfHttp = as.name.startsWith('http.server.') && as === CONVENTIONS[metric.name];
    const fixed = isOfHttp && urlScheme !== undefined ? { 'url.scheme': urlScheme } : undefined;
    return attributesOf(labels, as.attributes, fixed ?? FIXED_ATTRIBUTES[metric.name]);
  }
}

/** In a difference, a metric without points is one to which nothing was added. */
function scopeOf(name: string, metrics: MetricData[]): ScopeMetrics {
  return {
    scope: { name, version: VERSION },
    metrics: metrics.filter(({ dataPoints }) => dataPoints.length > 0),
  };
}

/** What a metric of ours is called; `undefined` for all others. */
export function conventionOf({ name, kind }: Measurement): Convention | undefined {
  const convention = Object.hasOwn(CONVENTIONS, name) ? CONVENTIONS[name] : undefined;
  return convention?.kind === kind ? convention : undefined;
}

function isLocality({ kind, name }: Measurement): boolean {
  return kind === 'counter' && LOCALITY_COUNTERS.includes(name);
}

function* each<S, P>(
  series: readonly S[],
  stepsPerSlice: number,
  point: (series: S) => P | undefined,
): Sliced<P[]> {
  const made: P[] = [];
  for (let i = 0; i < series.length; i++) {
    const one = point(series[i]);
    if (one !== undefined) made.push(one);
    if (i % stepsPerSlice === stepsPerSlice - 1) yield;
  }
  return made;
}
