import type { HistogramValues } from '../../metrics/histogram/histogram-values.js';
import type { Sliced } from '../../common/slices.js';
import type { MetricsSnapshot } from '../../metrics/collection/snapshot.js';
import type { Acknowledged } from './acknowledged.js';
import type { Line } from './line.js';
import type { NameLine } from './line-names.js';

/** What of the `process` section only grows. All other numbers in it are gauges. */
const PROCESS_COUNTERS = ['process.cpu.user_time', 'process.cpu.system_time'];

/** The figures of a histogram that are gauges. */
const FIGURES = ['min', 'max', 'p50', 'p90', 'p99', 'p999'] as const;

const STEPS = 128;

/** Says a document in lines of StatsD. */
export class DocumentLines {
  private steps = 0;

  constructor(
    private readonly nameLine: NameLine,
    /** Whether a gauge below 0 is reached from 0 only; see {@link Line.fromZero}. */
    private readonly signIsRelative: boolean,
    private readonly acknowledged: Acknowledged,
  ) {}

  *linesOf({
    process,
    counters,
    gauges,
    max_gauges,
    min_gauges,
    histograms,
  }: MetricsSnapshot): Sliced<Line[]> {
    const lines = [...this.section('process', process)];
    yield* this.add(lines, counters, (series, total) => this.total(series, total));
    yield* this.add(lines, gauges, (series, value) => [this.gauge(series, value)]);
    yield* this.add(lines, min_gauges, (series, value) => [this.gauge(series, value, '.min')]);
    yield* this.add(lines, max_gauges, (series, value) => [this.gauge(series, value, '.max')]);
    yield* this.add(lines, histograms, (series, values) => this.histogram(series, values));
    return lines;
  }

  private *add<T>(
    lines: Line[],
    values: Record<string, T>,
    linesOf: (series: string, value: T) => Line[],
  ): Sliced<void> {
    for (const [series, value] of Object.entries(values)) {
      lines.push(...linesOf(series, value));
      if (++this.steps % STEPS === 0) yield;
    }
  }

  /** All numbers of a section of the document, by the path to them. */
  private section(path: string, value: unknown): Line[] {
    if (typeof value === 'number') {
      return PROCESS_COUNTERS.includes(path) ? this.total(path, value) : [this.gauge(path, value)];
    }
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inside]) => this.section(`${path}.${key}`, inside));
  }

  private total(series: string, total: number): Line[] {
    const { acknowledged } = this;
    const value = acknowledged.growthOf(series, total);
    if (value === undefined) return [];
    const sent = () => acknowledged.gotTotal(series, total);
    return [{ type: 'counter', ...this.nameLine(series), value, sent }];
  }

  private gauge(series: string, value: number, suffix?: string): Line {
    const fromZero = this.signIsRelative && value < 0;
    return { type: 'gauge', ...this.nameLine(series, suffix), value, fromZero };
  }

  private histogram(series: string, values: HistogramValues): Line[] {
    const figures = FIGURES.flatMap((figure) => {
      const value = values[figure];
      return value === null ? [] : [this.gauge(series, value, `.${figure}`)];
    });
    const { count, sum } = values;
    return [...this.interval(series, '.count', count), ...this.interval(series, '.sum', sum), ...figures];
  }

  private interval(series: string, suffix: string, interval: number): Line[] {
    const { acknowledged } = this;
    const figure = series + suffix;
    const value = acknowledged.restOf(figure, interval);
    if (value === 0) return [];
    const sent = () => acknowledged.gotInterval(figure, interval);
    return [{ type: 'counter', ...this.nameLine(series, suffix), value, sent }];
  }
}
