import type { Figure, HistorySeries, Step } from '../history-document.js';
import { HEAT_BUCKETS } from '../heat-buckets.js';
import type { HistoryRow } from '../history-row.js';
import { FIGURES_OF } from '../step-figures.js';
import { checkedSeries, NotHistoryError } from './checked-series.js';
import { MOST_FIGURES, TierCopy } from './tier-copy.js';

/** The most series of a process: the option `history.series` allows no more, and sums and series that were removed come on top. */
const MAX_SERIES = 20_000;

/** The most steps of one length that are sent at once: a day of them. */
const MAX_STEPS = 10_000;

/** Whose history it is. */
export interface HistoryOwner {
  readonly pid: number;
  /** `null` for the main thread. */
  readonly thread: number | null;
  /** The unique name of the process in its group. */
  readonly text: string;
}

/** A step that is new. */
export interface AddedStep {
  readonly step: Step;
  readonly slot: number;
}

/**
 * The history of one process as another one knows it, filled by what that sends, or by what it has left in its journal. Nothing of
 * it is trusted: what is no history throws a `NotHistoryError`.
 */
export class HistoryCopy {
  /** A series keeps its index here, also when it gets another one in its process. */
  readonly series: HistorySeries[] = [];
  /** Of each series; `NaN` for none. */
  readonly latest: number[] = [];
  readonly tiers: Record<Step, TierCopy>;
  /** It says nothing more: its gauges have no value after its last step. */
  hasEnded = false;
  /** Series for which it had no room. */
  dropped = 0;
  /** When the process started, such as `2026-01-31T23:59:59.123Z`. */
  startTime: string | null = null;
  private readonly byKey = new Map<string, number>();
  /** The index here of each series of the process. */
  private order: number[] = [];

  /** @param kept steps of each length. */
  constructor(
    readonly owner: HistoryOwner,
    kept: Readonly<Record<Step, number>>,
  ) {
    this.tiers = { 1: new TierCopy(1, kept[1]), 10: new TierCopy(10, kept[10]) };
  }

  /** Series that follow those that the process has told. */
  addSeries(series: unknown): void {
    if (!Array.isArray(series)) throw new NotHistoryError('no list of series');
    for (const one of series as unknown[]) this.order.push(this.indexOf(checkedSeries(one)));
  }

  /** All series of the process. Others had their indexes before. */
  replaceSeries(series: unknown): void {
    this.order = [];
    this.latest.fill(Number.NaN);
    this.addSeries(series);
  }

  setInstance(instance: unknown): void {
    const { start_time: start } = (instance ?? {}) as { start_time?: unknown };
    if (typeof start === 'string') this.startTime = start.slice(0, 40);
  }

  /** @returns the step, if it is new. */
  append(row: unknown): AddedStep | undefined {
    const { step, time, series, values, latest, heat = [] } = (row ?? {}) as Partial<HistoryRow>;
    if ((step !== 1 && step !== 10) || typeof time !== 'number' || !Number.isFinite(time))
      throw new NotHistoryError('no step');
    if (!Array.isArray(values) || !Array.isArray(heat)) throw new NotHistoryError('no values of a step');
    if (series !== undefined) this.addSeries(series);
    const tier = (this.tiers[step] = this.tiers[step].trimmed());
    const slot = tier.slotOf(time);
    const at = tier.begin(slot);
    if (at === undefined) return undefined;
    if (latest !== undefined) this.setLatest(latest);
    let next = 0;
    for (const index of this.order) {
      const kind = this.kindOf(index);
      if (kind === 'gauge' && step === 1) this.latest[index] = numberOf(values[next]);
      for (let place = 0; place < FIGURES_OF[kind].length; place++) {
        tier.set(index * MOST_FIGURES + place, at, numberOf(values[next++]));
      }
    }
    for (const one of heat as unknown[]) {
      const [index, counts] = Array.isArray(one) ? (one as unknown[]) : [];
      tier.setHeat(this.ownIndex(index), at, countsOf(counts));
    }
    return { step, slot };
  }

  /** All steps of one length, before those that are appended. */
  setTimes(step: Step, times: unknown): void {
    if (!Array.isArray(times) || times.length > MAX_STEPS) throw new NotHistoryError('no times');
    const tier = this.tiers[step];
    for (const time of times as unknown[]) tier.begin(tier.slotOf(numberOf(time)));
  }

  /** One figure in all steps. */
  setColumn(step: Step, series: unknown, figure: unknown, values: unknown): void {
    const index = this.ownIndex(series);
    const place = FIGURES_OF[this.kindOf(index)].indexOf(figure as Figure);
    if (place < 0 || !Array.isArray(values)) throw new NotHistoryError('no column');
    const tier = this.tiers[step];
    for (let row = 0; row < tier.slots.length; row++) {
      tier.set(index * MOST_FIGURES + place, row, numberOf(values[row]));
    }
  }

  setHeat(step: Step, series: unknown, counts: unknown): void {
    const index = this.ownIndex(series);
    if (!Array.isArray(counts)) throw new NotHistoryError('no heat map');
    const tier = this.tiers[step];
    for (let row = 0; row < tier.slots.length; row++) tier.setHeat(index, row, countsOf(counts[row]));
  }

  /** All columns of the steps that were set at once are there. */
  endColumns(): void {
    for (const step of [1, 10] as const) this.tiers[step] = this.tiers[step].withoutGaps();
  }

  setLatest(latest: unknown): void {
    if (!Array.isArray(latest)) throw new NotHistoryError('no totals');
    for (const [at, index] of this.order.entries()) this.latest[index] = numberOf(latest[at]);
  }

  /** The index of a series by its canonical name. */
  find(kind: HistorySeries['kind'], key: string): number | undefined {
    return this.byKey.get(`${kind} ${key}`);
  }

  private indexOf(series: HistorySeries): number {
    const key = `${series.kind} ${series.key}`;
    let index = this.byKey.get(key);
    if (index === undefined) {
      index = this.series.length;
      if (index >= MAX_SERIES) throw new NotHistoryError('too many series');
      this.byKey.set(key, index);
      this.series.push(series);
      this.latest.push(Number.NaN);
    }
    return index;
  }

  private ownIndex(index: unknown): number {
    const own = typeof index === 'number' ? this.order[index] : undefined;
    if (own === undefined) throw new NotHistoryError('an unknown series');
    return own;
  }

  private kindOf(index: number): HistorySeries['kind'] {
    return (this.series[index] as HistorySeries).kind;
  }
}

/** `NaN` for none. */
function numberOf(value: unknown): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value !== 'number') throw new NotHistoryError('no number');
  return value;
}

function countsOf(counts: unknown): readonly number[] {
  if (!Array.isArray(counts) || counts.length !== HEAT_BUCKETS) throw new NotHistoryError('no heat map');
  return counts.map(numberOf);
}
