import type { Clock } from '../../common/clock.js';
import { monotonicClock } from '../../common/clock.js';
import type { Extremes, Stretch } from '../extremes.js';
import { joinStretches } from '../extremes.js';
import { ownCopy } from '../../common/own-copy.js';
import type { Gauge } from '../gauge.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type { Histogram } from '../histogram/histogram.js';

/**
 * At most so many readers are remembered; past it, the one that has not looked for longest is forgotten. A reader
 * takes some 4 kB for each histogram.
 */
export const MAX_READERS = 20;

/** A reader that has not looked for so many milliseconds is forgotten: a day. */
export const READER_IDLE_LIMIT = 86_400_000;

/** What goes beyond so many characters does not tell two readers apart. */
const MAX_READER_LENGTH = 200;

/** What has happened since one reader last looked. */
interface Window {
  lastLook: number;
  isKept: boolean;
  readonly stretches: Map<Gauge | Histogram, Stretch>;
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
  private readonly sinceStart = new Map<Gauge | Histogram, Stretch>();

  constructor(private readonly clock: Clock = monotonicClock) {}

  /**
   * Begins a look of that reader. The first one of a reader reaches back to the start, and so does that of a
   * reader that was forgotten: a window that is too wide hides nothing.
   *
   * @param isKept for a reader that is never forgotten, and does not make others be.
   */
  open(reader: string, isKept = false): WindowCursor {
    const name = ownCopy(reader.slice(0, MAX_READER_LENGTH));
    const lastLook = this.clock();
    const known = this.windows.get(name);
    const window = known ?? { lastLook, isKept, stretches: new Map(), bases: new Map() };
    window.lastLook = lastLook;
    this.windows.delete(name);
    this.windows.set(name, window);
    this.forget(lastLook - READER_IDLE_LIMIT);
    return new WindowCursor(window, known === undefined ? this.sinceStart : window.stretches, (series) =>
      this.endStretch(series),
    );
  }

  private forget(before: number): void {
    for (const [reader, { lastLook, isKept }] of this.windows) {
      if (lastLook >= before && this.windows.size <= MAX_READERS) return;
      if (!isKept) this.windows.delete(reader);
    }
  }

  private endStretch(series: Gauge | Histogram): void {
    const stretch = series.takeStretch();
    if (stretch === undefined) return;
    this.sinceStart.set(series, joinStretches(this.sinceStart.get(series), stretch));
    for (const { stretches } of this.windows.values()) {
      stretches.set(series, joinStretches(stretches.get(series), stretch));
    }
  }
}

/** One look of a reader at one series after the other. What it has looked at is gone from the reader's window. */
export class WindowCursor {
  private readonly takenStretches = new Map<Gauge | Histogram, Stretch>();
  private readonly takenIntervals = new Map<Histogram, HistogramSnapshot>();

  constructor(
    private readonly window: Window,
    private readonly source: ReadonlyMap<Gauge | Histogram, Stretch>,
    private readonly endStretch: (series: Gauge | Histogram) => void,
  ) {}

  /** The extremes of a series since the last look, or `undefined` if it was not set since. */
  extremesOf(series: Gauge | Histogram): Extremes | undefined {
    return this.takeStretch(series);
  }

  /** What a histogram took since the last look. */
  intervalOf(histogram: Histogram): HistogramSnapshot {
    const now = histogram.snapshot();
    const stretch = this.takeStretch(histogram);
    const base = this.window.bases.get(histogram);
    const interval = base === undefined ? now : now.minus(base, stretch);
    this.window.bases.set(histogram, now);
    this.takenIntervals.set(histogram, interval);
    return interval;
  }

  private takeStretch(series: Gauge | Histogram): Stretch | undefined {
    this.endStretch(series);
    const stretch = this.source.get(series);
    this.window.stretches.delete(series);
    if (stretch !== undefined) this.takenStretches.set(series, stretch);
    return stretch;
  }

  /** Merges all of it back into the reader's window, for its next look: this one did not get anywhere. */
  giveBack(): void {
    for (const [series, stretch] of this.takenStretches) {
      this.window.stretches.set(series, joinStretches(this.window.stretches.get(series), stretch));
    }
    for (const [histogram, interval] of this.takenIntervals) {
      const base = this.window.bases.get(histogram);
      if (base !== undefined) this.window.bases.set(histogram, base.minus(interval));
    }
    // Giving it back once more would count it twice.
    this.takenStretches.clear();
    this.takenIntervals.clear();
  }
}
