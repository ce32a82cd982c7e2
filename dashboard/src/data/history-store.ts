import type {
  Figure,
  HistoryDocument,
  HistorySeries,
  HistoryTier,
  Instance,
  Step,
  StepEvent,
} from './endpoint-types.js';
import type { HeatSteps, TierData } from './tier-data.js';
import { columnOf, emptyTier, heatOf, trim } from './tier-data.js';

const FIGURES: readonly Figure[] = ['rate', 'value', 'min', 'max', 'count', 'p50', 'p99'];

/** The history of one process or of a group, as the page has it: the document that the server sent first, and every step since. */
export class HistoryStore {
  readonly series: HistorySeries[] = [];
  instance: Instance | undefined;
  sequence = -1;
  droppedSeries = 0;
  /** Milliseconds by which the clock of the server is ahead of that of the browser. */
  ahead = 0;
  private readonly byKey = new Map<string, number>();
  private readonly tiers: Record<Step, TierData> = { 1: emptyTier(), 10: emptyTier() };
  private readonly totals: (number | null)[] = [];

  /** Replaces everything with a document of the server. */
  load(document: HistoryDocument): void {
    this.series.length = 0;
    this.totals.length = 0;
    this.byKey.clear();
    this.addSeries(document.series);
    this.totals.push(...document.latest);
    this.instance = document.instance;
    this.sequence = document.sequence;
    this.droppedSeries = document.dropped_series;
    this.ahead = document.time - Date.now();
    this.tiers[1] = emptyTier();
    this.tiers[10] = emptyTier();
    for (const tier of document.tiers) this.loadTier(tier);
  }

  /**
   * Continues with a document of another process of the group: uses its series, whose indexes may differ, and its steps. Earlier
   * steps are kept.
   */
  rebase(document: HistoryDocument): void {
    const before = this.copy();
    this.load(document);
    for (const step of [1, 10] as const) {
      const [old, now] = [before.tiers[step], this.tiers[step]];
      const [first = Infinity] = now.times;
      const kept = old.times.filter((time) => time < first).length;
      const added = now.times.length;
      now.times.unshift(...old.times.slice(0, kept));
      now.seconds.unshift(...old.seconds.slice(0, kept));
      for (const [index, { key }] of this.series.entries()) {
        const was = before.byKey.get(key);
        for (const figure of FIGURES) {
          const place = `${index}|${figure}`;
          const [values, earlier] = [now.columns.get(place), old.columns.get(`${was}|${figure}`)];
          if (values === undefined && earlier === undefined) continue;
          const start = earlier?.slice(0, kept) ?? Array<null>(kept).fill(null);
          now.columns.set(place, [...start, ...(values ?? Array<null>(added).fill(null))]);
        }
        const heat = was === undefined ? undefined : old.heat.get(was);
        if (heat === undefined) continue;
        const counts = heat.counts.slice(0, heat.counts.length - (old.times.length - kept));
        now.heat.set(index, {
          bounds: heat.bounds,
          counts: [...counts, ...(now.heat.get(index)?.counts ?? [])],
        });
      }
      trim(now, step);
    }
  }

  /** A copy that later calls of {@link append} and {@link load} do not change. */
  copy(): HistoryStore {
    const copy = new HistoryStore();
    copy.addSeries(this.series);
    copy.totals.push(...this.totals);
    copy.instance = this.instance;
    copy.sequence = this.sequence;
    copy.droppedSeries = this.droppedSeries;
    copy.ahead = this.ahead;
    copy.tiers[1] = structuredClone(this.tiers[1]);
    copy.tiers[10] = structuredClone(this.tiers[10]);
    return copy;
  }

  append(event: StepEvent): void {
    const tier = this.tiers[event.step];
    const known = tier.times.lastIndexOf(event.time);
    // Skips an old step that is not in the tier. One that is in the tier was sent again, because a process was late, and is replaced.
    if (event.sequence <= this.sequence && known < 0) return;
    this.sequence = Math.max(this.sequence, event.sequence);
    if (event.series !== undefined) this.addSeries(event.series);
    if (known < 0) {
      tier.times.push(event.time);
      tier.seconds.push(null);
      for (const values of tier.columns.values()) values.push(null);
    } else {
      for (const values of tier.columns.values()) values[known] = null;
    }
    const row = known < 0 ? tier.times.length - 1 : known;
    tier.seconds[row] = event.seconds;
    for (const [series, figure, value] of event.values) {
      if (figure === 'total') this.totals[series] = value;
      else columnOf(tier, series, figure)[row] = value;
    }
    if (event.step === 1 && row === tier.times.length - 1) this.updateGauges(event);
    for (const [series, counts] of event.heat ?? []) {
      const heat = heatOf(tier, series, event);
      heat.counts[known < 0 ? heat.counts.length : heat.counts.length - (tier.times.length - known)] = counts;
    }
    trim(tier, event.step);
  }

  /** The index of a series by its canonical name. */
  indexOf(key: string): number | undefined {
    return this.byKey.get(key);
  }

  /** All series of one metric that have labels. */
  labelled(name: string): HistorySeries[] {
    return this.series.filter((one) => one.name === name && one.key !== name);
  }

  /** Seconds from a time of the server, such as `2026-01-31T23:59:59.123Z`, until now. */
  secondsSince(time: string): number {
    return (Date.now() + this.ahead - Date.parse(time)) / 1000;
  }

  times(step: Step): readonly number[] {
    return this.tiers[step].times;
  }

  /** How long each step took; `null` for a step without values. */
  seconds(step: Step): readonly (number | null)[] {
    return this.tiers[step].seconds;
  }

  /** The values of one figure of a series, one for each time; empty for an unknown series. */
  values(step: Step, key: string, figure: Figure): readonly (number | null)[] {
    const index = this.byKey.get(key);
    return index === undefined ? [] : (this.tiers[step].columns.get(`${index}|${figure}`) ?? []);
  }

  heat(step: Step, key: string): HeatSteps | undefined {
    const index = this.byKey.get(key);
    return index === undefined ? undefined : this.tiers[step].heat.get(index);
  }

  /** Total of a counter, number of values of a histogram, both since the start; value of a gauge. */
  latest(key: string): number | null {
    const index = this.byKey.get(key);
    return index === undefined ? null : (this.totals[index] ?? null);
  }

  /** A gauge that is not in a step has no value any more. */
  private updateGauges({ values }: StepEvent): void {
    for (const [index, { kind }] of this.series.entries()) if (kind === 'gauge') this.totals[index] = null;
    for (const [series, figure, value] of values) if (figure === 'value') this.totals[series] = value;
  }

  private addSeries(series: readonly HistorySeries[]): void {
    for (const one of series) {
      this.byKey.set(one.key, this.series.length);
      this.series.push(one);
    }
  }

  private loadTier({ step, times, seconds, columns, heat = [] }: HistoryTier): void {
    const tier = this.tiers[step];
    tier.times.push(...times);
    tier.seconds.push(...seconds);
    for (const { series, figure, values } of columns) tier.columns.set(`${series}|${figure}`, [...values]);
    for (const { series, bounds, counts } of heat) tier.heat.set(series, { bounds, counts: [...counts] });
    trim(tier, step);
  }
}
