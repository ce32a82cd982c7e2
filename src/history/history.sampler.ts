import type { Sliced } from '../common/slices.js';
import type {
  AnyFamily,
  CounterFamily,
  GaugeFamily,
  HistogramFamily,
  WindowView,
} from '../metrics/source/metrics-source.js';
import { CounterFamilySampler } from './counter-family.sampler.js';
import type { MemberCandidate } from './family.sampler.js';
import { GaugeFamilySampler } from './gauge-family.sampler.js';
import { HistogramFamilySampler } from './histogram-family.sampler.js';
import type { HistoryStore, StoredSeries } from './history-store.js';
import { keptSeries } from './kept-series.js';
import { ProcessSampler } from './process.sampler.js';
import type { SeriesRoom } from './series-room.js';

type AnySampler = CounterFamilySampler | GaugeFamilySampler | HistogramFamilySampler;

/** Reads all series of a window, and keeps those within the limit. */
export class HistorySampler {
  private readonly samplers = new Map<AnyFamily, AnySampler>();
  private readonly process: ProcessSampler;

  constructor(
    private readonly store: HistoryStore,
    private readonly room: SeriesRoom,
  ) {
    this.process = new ProcessSampler(room);
  }

  /** How many series are not kept. */
  get dropped(): number {
    let dropped = 0;
    for (const sampler of this.samplers.values()) dropped += sampler.dropped;
    return dropped;
  }

  /** Reads all series for the first time. Earlier values are part of no step. */
  *begin(view: WindowView): Sliced<void> {
    this.process.sample(view.facts().process, 1);
    for (const sampler of this.all(view)) {
      sampler.begin(view);
      yield;
    }
  }

  /**
   * Reads all series for a step of this length.
   *
   * @returns whether any series was removed by the application.
   */
  *sample(view: WindowView, seconds: number): Sliced<boolean> {
    this.process.sample(view.facts().process, seconds);
    const removed = new Set<StoredSeries>();
    for (const sampler of this.all(view)) {
      for (const stored of sampler.sample(view, seconds)) removed.add(stored);
      yield;
    }
    for (const stored of this.endRemoved(view)) removed.add(stored);
    if (removed.size > 0) this.store.remove(removed);
    return removed.size > 0;
  }

  /** Ends a step of 10 s, which has all that was read since the last one. */
  endLong(seconds: number): void {
    for (const { steps } of this.store.all) steps.endLong(seconds);
  }

  /**
   * Selects again which series are kept.
   *
   * @returns whether any series is no longer kept.
   */
  select(view: WindowView): boolean {
    const samplers = [...this.samplers.values()];
    const candidates = samplers.flatMap((sampler): MemberCandidate[] => sampler.candidates(view));
    // Series that are no candidates are always kept: the numbers of the process, and sums.
    const others = this.store.size - candidates.filter(({ isKept }) => isKept).length;
    const kept = keptSeries(candidates, this.room.limit - others);
    const removed = candidates.flatMap((one) => (kept.has(one) ? [] : (one.drop() ?? [])));
    if (removed.length > 0) this.store.remove(new Set(removed));
    for (const one of kept) if (!one.isKept) one.keep();
    for (const sampler of samplers) sampler.beginSum();
    return removed.length > 0;
  }

  /** Ends the samplers of metrics that the application has removed. */
  private endRemoved({ counters, gauges, histograms }: WindowView): StoredSeries[] {
    const present = counters.all().length + gauges.all().length + histograms.all().length;
    // All metrics that are present have a sampler by now.
    if (this.samplers.size === present) return [];
    const current = new Set<AnyFamily>([...counters.all(), ...gauges.all(), ...histograms.all()]);
    return [...this.samplers].flatMap(([family, sampler]) => {
      if (current.has(family)) return [];
      this.samplers.delete(family);
      return sampler.end();
    });
  }

  private *all({ counters, gauges, histograms }: WindowView): Iterable<AnySampler> {
    for (const family of counters.all()) yield this.samplerOf(family, makeCounterSampler);
    for (const family of gauges.all()) yield this.samplerOf(family, makeGaugeSampler);
    for (const family of histograms.all()) yield this.samplerOf(family, makeHistogramSampler);
  }

  private samplerOf<F extends AnyFamily>(
    family: F,
    make: (family: F, room: SeriesRoom) => AnySampler,
  ): AnySampler {
    let sampler = this.samplers.get(family);
    if (sampler === undefined) {
      sampler = make(family, this.room);
      this.samplers.set(family, sampler);
    }
    return sampler;
  }
}

const makeCounterSampler = (family: CounterFamily, room: SeriesRoom) =>
  new CounterFamilySampler(family, room);
const makeGaugeSampler = (family: GaugeFamily, room: SeriesRoom) => new GaugeFamilySampler(family, room);
const makeHistogramSampler = (family: HistogramFamily, room: SeriesRoom) =>
  new HistogramFamilySampler(family, room);
