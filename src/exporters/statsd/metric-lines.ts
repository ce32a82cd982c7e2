import type { Sliced } from '../../common/slices.js';
import { PLAIN_NAMES } from '../../metrics/export-names.js';
import { PROCESS_DEFINITIONS } from '../../metrics/definitions/process.definitions.js';
import { valuesOf } from '../../metrics/histogram/histogram-values.js';
import { LabelsParser } from '../../metrics/series/labels-parser.js';
import type {
  AnyFamily,
  CounterSeriesView,
  GaugeSeriesView,
  HistogramSeriesView,
  MetricFamilies,
  SeriesView,
  WindowView,
} from '../../metrics/source/metrics-source.js';
import type { Acknowledged } from './acknowledged.js';
import type { Line } from './line.js';
import type { NameLine } from './line-names.js';

/** The statistics of a histogram that are sent as gauges. */
const STATISTICS = ['min', 'max', 'p50', 'p90', 'p99', 'p999'] as const;

/** Series between two points where the work can be interrupted: reading the interval of a histogram is the expensive step. */
const [CHEAP_STEPS, DEAR_STEPS] = [128, 1];

/** The name and labels of a series, its unique key, and what tells it from one of that key that was removed. */
interface Identity {
  readonly key: string;
  readonly series?: object | undefined;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Creates the lines of StatsD for all numbers of a view. */
export class MetricLines {
  private readonly parser = new LabelsParser();
  private names = PLAIN_NAMES;
  private hasConstant = false;

  constructor(
    private readonly nameLine: NameLine,
    private readonly acknowledged: Acknowledged,
  ) {}

  *linesOf(view: WindowView): Sliced<Line[]> {
    this.names = view.exportNames;
    this.hasConstant = Object.keys(this.names.labels).length > 0;
    const lines = this.processLines(view);
    yield* this.add(lines, view.counters, CHEAP_STEPS, (series: CounterSeriesView, identity) =>
      this.total(identity, series.value),
    );
    yield* this.add(lines, view.gauges, CHEAP_STEPS, (series: GaugeSeriesView, identity) =>
      this.gaugeLines(view, series, identity),
    );
    yield* this.add(lines, view.histograms, DEAR_STEPS, (series: HistogramSeriesView, identity) =>
      this.histogramLines(view, series, identity),
    );
    return lines;
  }

  private *add<S extends SeriesView>(
    lines: Line[],
    families: MetricFamilies<AnyFamily & { plain: S | undefined; labelled: readonly S[] }>,
    stepsPerSlice: number,
    linesOf: (series: S, identity: Identity) => Line[],
  ): Sliced<void> {
    let steps = 0;
    for (const { name, plain, labelled } of families.all()) {
      for (const series of plain === undefined ? labelled : [plain, ...labelled]) {
        lines.push(...linesOf(series, this.identityOf(name, series)));
        if (++steps % stepsPerSlice === 0) yield;
      }
    }
  }

  /** The canonical text of labels contains no line feed, so the key is unique. */
  private identityOf(name: string, { labels, identity: series }: SeriesView): Identity {
    const own = this.parser.parse(labels);
    return {
      key: `${labels}\n${name}`,
      series,
      name,
      labels: this.hasConstant ? { ...this.names.labels, ...own } : own,
    };
  }

  private lineName(name: string, labels: Identity['labels']): ReturnType<NameLine> {
    return this.nameLine(this.names.prefix + name, labels);
  }

  private processLines(view: WindowView): Line[] {
    const { process } = view.facts();
    return PROCESS_DEFINITIONS.flatMap(({ name, kind, value: read }): Line[] => {
      const value = read(process);
      if (value === null) return [];
      const identity = { key: `process\n${name}`, name, labels: this.names.labels };
      return kind === 'counter' ? this.total(identity, value) : [this.gauge(identity, value)];
    });
  }

  private total({ key, series, name, labels }: Identity, total: number): Line[] {
    const { acknowledged } = this;
    const value = acknowledged.growthOf(key, total, series);
    if (value === undefined) return [];
    const sent = () => acknowledged.gotTotal(key, total, series);
    return [{ type: 'counter', ...this.lineName(name, labels), value, sent }];
  }

  private gaugeLines(view: WindowView, series: GaugeSeriesView, identity: Identity): Line[] {
    if (Number.isNaN(series.value)) return [];
    const lines = [this.gauge(identity, series.value)];
    const extremes = view.extremesOf(series);
    if (extremes !== undefined) {
      lines.push(this.gauge(identity, extremes.min, '.min'), this.gauge(identity, extremes.max, '.max'));
    }
    return lines;
  }

  private gauge({ name, labels }: Identity, value: number, suffix = ''): Line {
    return { type: 'gauge', ...this.lineName(name + suffix, labels), value, fromZero: value < 0 };
  }

  private histogramLines(view: WindowView, series: HistogramSeriesView, identity: Identity): Line[] {
    const values = valuesOf(view.intervalOf(series), false);
    const statistics = STATISTICS.flatMap((statistic) => {
      const value = values[statistic];
      return value === null ? [] : [this.gauge(identity, value, `.${statistic}`)];
    });
    const { count, sum } = values;
    return [
      ...this.interval(identity, '.count', count),
      ...this.interval(identity, '.sum', sum),
      ...statistics,
    ];
  }

  private interval({ key, series, name, labels }: Identity, suffix: string, interval: number): Line[] {
    const { acknowledged } = this;
    const part = key + suffix;
    const value = acknowledged.restOf(part, interval, series);
    if (value === 0) return [];
    const sent = () => acknowledged.gotInterval(part, interval, series);
    return [{ type: 'counter', ...this.lineName(name + suffix, labels), value, sent }];
  }
}
