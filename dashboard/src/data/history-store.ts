import type {
  Figure,
  HistoryDocument,
  HistorySeries,
  HistoryTier,
  Instance,
  Step,
  StepEvent,
} from './endpoint-types.js';

/** How many steps the page keeps in each tier: 5 minutes of seconds, an hour of ten seconds. */
const CAPACITY: Readonly<Record<Step, number>> = { 1: 300, 10: 360 };

const FIGURES: readonly Figure[] = ['rate', 'value', 'min', 'max', 'count', 'p50', 'p99'];

export interface HeatSteps {
  readonly bounds: readonly number[];
  readonly counts: (readonly number[])[];
}

interface TierData {
  readonly times: number[];
  /** By series index and figure. Each list is as long as {@link times}. */
  readonly columns: Map<string, (number | null)[]>;
  readonly heat: Map<number, HeatSteps>;
}

/** The history of one process, or of all that answer together, as the page knows it: what the server sent first, and every step since. */
export class HistoryStore {
  readonly series: HistorySeries[] = [];
  instance: Instance | undefined;
  sequence = -1;
  droppedSeries = 0;
  private readonly byKey = new Map<string, number>();
  private readonly tiers: Record<Step, TierData> = { 1: emptyTier(), 10: emptyTier() };
  private readonly totals: (number | null)[] = [];

  /** Replaces everything with what the server has. */
  load(document: HistoryDocument): void {
    this.series.length = 0;
    this.totals.length = 0;
    this.byKey.clear();
    this.addSeries(document.series);
    this.totals.push(...document.latest);
    this.instance = document.instance;
    this.sequence = document.sequence;
    this.droppedSeries = document.dropped_series;
    this.tiers[1] = emptyTier();
    this.tiers[10] = emptyTier();
    for (const tier of document.tiers) this.loadTier(tier);
  }

  /**
   * Takes the series of a document, under other indexes maybe, and its steps after those that are there: another process of the
   * group goes on.
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
      trim(now, CAPACITY[step]);
    }
  }

  /** What it has now, which {@link append} and {@link load} then leave alone. */
  copy(): HistoryStore {
    const copy = new HistoryStore();
    copy.addSeries(this.series);
    copy.totals.push(...this.totals);
    copy.instance = this.instance;
    copy.sequence = this.sequence;
    copy.droppedSeries = this.droppedSeries;
    copy.tiers[1] = structuredClone(this.tiers[1]);
    copy.tiers[10] = structuredClone(this.tiers[10]);
    return copy;
  }

  append(event: StepEvent): void {
    const tier = this.tiers[event.step];
    const known = tier.times.lastIndexOf(event.time);
    // One that the history contained already, and that no process has told anew.
    if (event.sequence <= this.sequence && known < 0) return;
    this.sequence = Math.max(this.sequence, event.sequence);
    if (event.series !== undefined) this.addSeries(event.series);
    if (known < 0) {
      tier.times.push(event.time);
      for (const values of tier.columns.values()) values.push(null);
    } else {
      for (const values of tier.columns.values()) values[known] = null;
    }
    const row = known < 0 ? tier.times.length - 1 : known;
    for (const [series, figure, value] of event.values) {
      if (figure === 'total') this.totals[series] = value;
      else columnOf(tier, series, figure)[row] = value;
      if (figure === 'value' && known < 0) this.totals[series] = value;
    }
    for (const [series, counts] of event.heat ?? []) {
      const heat = heatOf(tier, series, event);
      heat.counts[known < 0 ? heat.counts.length : heat.counts.length - (tier.times.length - known)] = counts;
    }
    trim(tier, CAPACITY[event.step]);
  }

  /** The index of a series by its canonical name. */
  indexOf(key: string): number | undefined {
    return this.byKey.get(key);
  }

  /** All series of one metric that have labels. */
  labelled(name: string): HistorySeries[] {
    return this.series.filter((one) => one.name === name && one.key !== name);
  }

  times(step: Step): readonly number[] {
    return this.tiers[step].times;
  }

  /** The values of one figure of a series, one for each time; empty for a series that there is not. */
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

  private addSeries(series: readonly HistorySeries[]): void {
    for (const one of series) {
      this.byKey.set(one.key, this.series.length);
      this.series.push(one);
    }
  }

  private loadTier({ step, times, columns, heat = [] }: HistoryTier): void {
    const tier = this.tiers[step];
    tier.times.push(...times);
    for (const { series, figure, values } of columns) tier.columns.set(`${series}|${figure}`, [...values]);
    for (const { series, bounds, counts } of heat) tier.heat.set(series, { bounds, counts: [...counts] });
  }
}

function emptyTier(): TierData {
  return { times: [], columns: new Map(), heat: new Map() };
}

function columnOf(tier: TierData, series: number, figure: Figure): (number | null)[] {
  const key = `${series}|${figure}`;
  let values = tier.columns.get(key);
  if (values === undefined) {
    values = tier.times.map(() => null);
    tier.columns.set(key, values);
  }
  return values;
}

/** A page that was loaded before the first step learns the bounds from the event. */
function heatOf(tier: TierData, series: number, { heat_bounds: bounds = [] }: StepEvent): HeatSteps {
  let heat = tier.heat.get(series);
  if (heat === undefined) {
    heat = { bounds, counts: [] };
    tier.heat.set(series, heat);
  }
  return heat;
}

function trim(tier: TierData, capacity: number): void {
  const excess = tier.times.length - capacity;
  if (excess <= 0) return;
  tier.times.splice(0, excess);
  for (const values of tier.columns.values()) values.splice(0, excess);
  for (const { counts } of tier.heat.values()) counts.splice(0, counts.length - tier.times.length);
}
