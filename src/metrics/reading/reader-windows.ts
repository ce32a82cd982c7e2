import type { Clock } from '../clock.js';
import { monotonicClock } from '../clock.js';
import type { Extremes } from '../extremes.js';
import { coverBoth } from '../extremes.js';
import { ownCopy } from '../own-copy.js';
import type { Gauge } from '../gauge.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type { Histogram } from '../histogram/histogram.js';

/**
 * At most so many readers are remembered; past it, the one that has not looked for longest is forgotten. A reader
 * takes some 4 kB for each histogram.
 */
export const MAX_READERS = 20;

/** A reader that has not looked for so many milliseconds is forgotten: an hour. */
export const READER_IDLE_LIMIT = 3_600_000;

/** What goes beyond so many characters does not tell two readers apart. */
const MAX_READER_LENGTH = 200;

/** What has happened since one reader last looked. */
interface Window {
  lastLook: number;
  readonly extremes: Map<Gauge | Histogram, Extremes>;
  /** What each histogram held when the reader last looked. */
  readonly bases: Map<Histogram, HistogramSnapshot>;
}

/**
 * Gives every reader a window of its own: what has happened since that reader last looked, whatever the other
 * readers do.
 *
 * Setting a gauge must cost the same however many readers there are, so a gauge keeps one pair of extremes only.
 * Whoever looks at it ends that stretch for everybody: it is added to the window of every reader, and the one that
 * looked takes its own away. A histogram only ever grows, so a reader's interval is what it holds now, less what
 * it held at the last look.
 */
export class ReaderWindows {
  /** In the order of their last look, the longest ago first. */
  private readonly windows = new Map<string, Window>();
  private readonly sinceStart = new Map<Gauge | Histogram, Extremes>();

  constructor(private readonly clock: Clock = monotonicClock) {}

  /**
   * Begins a look of that reader. The first one of a reader reaches back to the start, and so does that of a
   * reader that was forgotten: a window that is too wide hides nothing.
   */
  look(reader: string): Look {
    const name = ownCopy(reader.slice(0, MAX_READER_LENGTH));
    const lastLook = this.clock();
    const known = this.windows.get(name);
    const window = known ?? { lastLook, extremes: new Map(), bases: new Map() };
    window.lastLook = lastLook;
    this.windows.delete(name);
    this.windows.set(name, window);
    this.forget(lastLook - READER_IDLE_LIMIT);
    return new Look(window, known === undefined ? this.sinceStart : window.extremes, (series) =>
      this.endStretch(series),
    );
  }

  private forget(before: number): void {
    for (const [reader, { lastLook }] of this.windows) {
      if (lastLook >= before && this.windows.size <= MAX_READERS) return;
      this.windows.delete(reader);
    }
  }

  private endStretch(series: Gauge | Histogram): void {
    const stretch = series.takeExtremes();
    if (stretch === undefined) return;
    this.sinceStart.set(series, coverBoth(this.sinceStart.get(series), stretch));
    for (const { extremes } of this.windows.values()) {
      extremes.set(series, coverBoth(extremes.get(series), stretch));
    }
  }
}

/** One look of a reader at one series after the other. What it has looked at is gone from the reader's window. */
export class Look {
  private readonly takenExtremes = new Map<Gauge | Histogram, Extremes>();
  private readonly takenIntervals = new Map<Histogram, HistogramSnapshot>();

  constructor(
    private readonly window: Window,
    private readonly source: ReadonlyMap<Gauge | Histogram, Extremes>,
    private readonly endStretch: (series: Gauge | Histogram) => void,
  ) {}

  /** The extremes of a gauge since the last look, or `undefined` if it was not set since. */
  extremesOf(series: Gauge | Histogram): Extremes | undefined {
    this.endStretch(series);
    const extremes = this.source.get(series);
    this.window.extremes.delete(series);
    if (extremes !== undefined) this.takenExtremes.set(series, extremes);
    return extremes;
  }

  /** What a histogram took since the last look. */
  intervalOf(histogram: Histogram): HistogramSnapshot {
    const now = histogram.snapshot();
    const extremes = this.extremesOf(histogram);
    const base = this.window.bases.get(histogram);
    const interval = base === undefined ? now : now.minus(base, extremes);
    this.window.bases.set(histogram, now);
    this.takenIntervals.set(histogram, interval);
    return interval;
  }

  /** Merges all of it back into the reader's window, for its next look: this one did not get anywhere. */
  giveBack(): void {
    for (const [series, extremes] of this.takenExtremes) {
      this.window.extremes.set(series, coverBoth(this.window.extremes.get(series), extremes));
    }
    for (const [histogram, interval] of this.takenIntervals) {
      const base = this.window.bases.get(histogram);
      if (base !== undefined) this.window.bases.set(histogram, base.minus(interval));
    }
    // Giving it back once more would count it twice.
    this.takenExtremes.clear();
    this.takenIntervals.clear();
  }
}
