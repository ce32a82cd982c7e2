import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { ExportNames } from '../../metrics/export-names.js';
import { STATISTICS } from '../../metrics/definitions/metric-definition.js';
import { statisticsOf } from '../../metrics/histogram/statistics.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { Measurement, Measurements, SeriesMeasurement } from '../../metrics/collection/measurements.js';
import type { Sliced } from '../../common/slices.js';
import { applicationMetric } from './application-metric.js';
import { attributesOf } from './attributes.js';
import type { Convention } from './conventions.js';
import { conventionOf } from './conventions.js';
import { explicitHistogram } from './explicit-histogram.js';
import { exponentialHistogram } from './exponential-histogram.js';
import { counterData, explicitData, exponentialData, gaugeData, upDownData } from './metric-data.js';
import type { Points } from './points.js';
import { processData } from './process-data.js';
import type { ResolvedProducerOptions } from './producer-options.js';
import { VERSION } from './version.js';

/** The instrumentation scopes of the metrics of the monitor itself, and of those of the application. */
const [OWN_SCOPE, APPLICATION_SCOPE] = ['nestjs-monitor', 'nestjs-monitor/application'];

const [CHEAP_STEPS, DEAR_STEPS] = [128, 4];

/** Translates the measurements of the monitor to the data model of OpenTelemetry. */
export class Translation {
  private readonly names: ReadonlySet<string>;
  /** The option `labels`; `undefined` if it is empty. */
  private readonly constant: Attributes | undefined;
  /** The attribute `url.scheme` of the HTTP metrics. */
  private readonly scheme: string | undefined;

  constructor(
    private readonly measurements: Measurements,
    private readonly points: Points,
    private readonly options: ResolvedProducerOptions,
  ) {
    this.names = new Set(measurements.metrics.map(({ name }) => name));
    const { labels } = measurements.exportNames;
    this.constant = Object.keys(labels).length > 0 ? labels : undefined;
    this.scheme = options.urlScheme ?? onlySchemeOf(measurements);
  }

  *scopes(): Sliced<ScopeMetrics[]> {
    const { metrics, process } = this.measurements;
    const own = processData(process, this.points, this.measurements.exportNames.labels);
    const application: MetricData[] = [];
    for (const metric of metrics) {
      const { definition } = metric;
      const convention = definition && conventionOf(definition);
      if (convention !== undefined) own.push(...(yield* this.metric(metric, convention)));
      else if (definition === undefined)
        application.push(...(yield* this.metric(metric, applicationMetric(metric))));
      yield;
    }
    const names = this.measurements.exportNames;
    return [scopeOf(OWN_SCOPE, own, names), scopeOf(APPLICATION_SCOPE, application, names)].filter(
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
      points.counted(metric.name, series, this.attributes(metric, series, as)),
    );
    return [counterData(as, dataPoints, points.temporality)];
  }

  private *gauge(metric: Measurement & { kind: 'gauge' }, as: Convention): Sliced<MetricData[]> {
    const { points } = this;
    const lowest: DataPoint<number>[] = [];
    const highest: DataPoint<number>[] = [];
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
    return [...this.statistics(metric), data];
  }

  /** The statistics of a histogram of the monitor itself that have names of their own. */
  private statistics({ definition, series }: Measurement & { kind: 'histogram' }): MetricData[] {
    const pattern = definition?.openTelemetry?.statistics;
    const statistics = pattern && series[0] && statisticsOf(series[0].interval);
    if (!definition?.openTelemetry || !pattern || !statistics) return [];
    const { unit } = definition.openTelemetry;
    return STATISTICS.map((statistic) => {
      const description = `${definition.help} (${statistic})`;
      const descriptor = { name: pattern.replace('*', statistic), unit, description };
      const attributes = { ...this.measurements.exportNames.labels };
      return gaugeData(descriptor, [this.points.level(attributes, statistics[statistic])]);
    });
  }

  private attributes(metric: Measurement, { labels }: SeriesMeasurement, as: Convention): Attributes {
    const isOfHttp = metric.definition !== undefined && as.name.startsWith('http.server.');
    const { constant, scheme } = this;
    const fixed = isOfHttp && scheme !== undefined ? { ...constant, [URL_SCHEME]: scheme } : constant;
    const attributes = attributesOf(labels, as.attributes, fixed);
    // A scheme that the user gave replaces that of the connection.
    return isOfHttp && this.options.urlScheme !== undefined
      ? { ...attributes, [URL_SCHEME]: scheme }
      : attributes;
  }
}

const URL_SCHEME = 'url.scheme';

/**
 * The scheme of all requests so far. Only the requests in flight have a label for it: nearly every application has only one scheme,
 * so a label on each series of the durations would not add anything.
 *
 * @returns `undefined` for an application that has both, or no requests yet.
 */
function onlySchemeOf({ metrics }: Measurements): string | undefined {
  const active = metrics.find(
    ({ definition }) => definition?.openTelemetry?.attributes?.scheme === URL_SCHEME,
  );
  const schemes = new Set(active?.series.map(({ labels }) => labels.scheme));
  const [scheme] = schemes;
  return schemes.size === 1 ? scheme : undefined;
}

/** Leaves out metrics without points: with delta temporality, those to which nothing was added. */
function scopeOf(scope: string, metrics: MetricData[], { prefix }: ExportNames): ScopeMetrics {
  return {
    scope: { name: scope, version: VERSION },
    metrics: metrics
      .filter(({ dataPoints }) => dataPoints.length > 0)
      .map((metric) => {
        const { descriptor } = metric;
        return prefix === ''
          ? metric
          : { ...metric, descriptor: { ...descriptor, name: prefix + descriptor.name } };
      }),
  };
}

function* each<S, P>(
  series: readonly S[],
  stepsPerSlice: number,
  point: (series: S) => P | undefined,
): Sliced<P[]> {
  const made: P[] = [];
  let steps = 0;
  for (const item of series) {
    const one = point(item);
    if (one !== undefined) made.push(one);
    if (++steps % stepsPerSlice === 0) yield;
  }
  return made;
}
