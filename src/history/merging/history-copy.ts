import type { ProcessIdentity } from '../../metrics/source/process-identity.js';
import type { Figure, HistorySeries, Step } from '../history-document.js';
import { HEAT_BUCKETS } from '../heat-buckets.js';
import type { HistoryRow } from '../history-row.js';
import { FIGURES_OF } from '../step-figures.js';
import { checkedSeries, NotHistoryError } from './checked-series.js';
import { MOST_FIGURES, TierCopy } from './tier-copy.js';

/** The most series of a process: the option `history.series` allows 10 000, and sums and series that were removed come on top. */
const MAX_SERIES = 20_000;

/** The most steps of one length that are sent at once: a day has 8640 steps of 10 s. */
const MAX_STEPS = 10_000;

/** The process or thread whose history it is. */
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
 * A copy of the history of one process in another one, filled from what the process sends or from its journal. The data is not
 * trusted: invalid data throws a `NotHistoryError`.
 */
export class HistoryCopy {
  /** A series keeps its index here, even if it gets another one in its process. */
  readonly series: HistorySeries[] = [];
  /** The latest total or value of each series; `NaN` for none. */
  readonly latest: number[] = [];
  readonly tiers: Record<Step, TierCopy>;
  /** Whether the process has ended: its gauges have no value after its last step. */
  hasEnded = false;
  /** How many series the process does not keep. */
  dropped = 0;
  /** When the process started, such as `2026-01-31T23:59:59.123Z`. */
  startTime: string | null = null;
  private hostname: string | null = null;
  private readonly byKey = new Map<string, number>();
  /** For each index of a series in the process, its index here. */
  private order: number[] = [];

  /** @param kept how many steps of each length are kept. */
  constructor(
    readonly owner: HistoryOwner,
    kept: Readonly<Record<Step, number>>,
  ) {
    this.tiers = { 1: new TierCopy(1, kept[1]), 10: new TierCopy(10, kept[10]) };
  }

  get identity(): ProcessIdentity {
    const { pid, thread } = this.owner;
    return { pid, hostname: this.hostname, thread };
  }

  /** Adds series that follow those that the process has sent before. @param latest their totals or values, if they are known. */
  addSeries(series: unknown, latest?: unknown): void {
    if (!Array.isArray(series)) throw new NotHistoryError('no list of series');
    if (this.order.length + series.length > MAX_SERIES) throw new NotHistoryError('too many series');
    for (const [at, one] of (series as unknown[]).entries()) {
      const index = this.indexOf(checkedSeries(one));
      this.order.push(index);
      if (Array.isArray(latest)) this.latest[index] = numberOf(latest[at]);
    }
  }

  /** Sets all series of the process, after its indexes have changed. */
  replaceSeries(series: unknown): void {
    this.order = [];
    this.latest.fill(Number.NaN);
    this.addSeries(series);
  }

  setInstance(instance: unknown): void {
    const { start_time: start, hostname } = (instance ?? {}) as Record<string, unknown>;
    if (typeof start === 'string') this.startTime = start.slice(0, 40);
    if (typeof hostname === 'string') this.hostname = hostname.slice(0, 255);
  }

  /** @returns the step, if it is new. */
  append(row: unknown): AddedStep | undefined {
    const { step, time, seconds, series, values, latest, heat = [] } = (row ?? {}) as Partial<HistoryRow>;
    if ((step !== 1 && step !== 10) || typeof time !== 'number' || !Number.isFinite(time))
      throw new NotHistoryError('no step');
    if (!Array.isArray(values) || !Array.isArray(heat)) throw new NotHistoryError('no values of a step');
    if (series !== undefined) this.addSeries(series);
    const tier = (this.tiers[step] = this.tiers[step].trimmed());
    const slot = tier.slotOf(time);
    const at = tier.begin(slot, numberOf(seconds));
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

  /** Sets all steps of one length, before any are appended: when each ended, and how long it took. */
  setTimes(step: Step, times: unknown, seconds: unknown): void {
    if (!Array.isArray(times) || times.length > MAX_STEPS) throw new NotHistoryError('no times');
    const lengths = Array.isArray(seconds) ? (seconds as unknown[]) : [];
    const tier = this.tiers[step];
    for (const [row, time] of (times as unknown[]).entries())
      tier.begin(tier.slotOf(numberOf(time)), numberOf(lengths[row]));
  }

  /** Sets one figure of a series in all steps. */
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

  /** To be called after all columns were set: removes steps without values. */
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
