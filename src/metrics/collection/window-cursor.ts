import type { Extremes } from '../extremes.js';
import type { Gauge } from '../gauge.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type { Histogram } from '../histogram/histogram.js';
import type { WindowSegment } from '../window-segment.js';
import { mergeSegments } from '../window-segment.js';

/** What happened since one reader last read. */
export interface ReaderWindow {
  readonly segments: Map<Gauge | Histogram, WindowSegment>;
  /** Each histogram as it was at the reader's last read. */
  readonly bases: Map<Histogram, HistogramSnapshot>;
}

/** What a cursor needs from the windows of all readers. */
interface AllWindows {
  /** What all series have recorded so far, but for their current segments. */
  readonly sinceStart: ReadonlyMap<Gauge | Histogram, WindowSegment>;
  /** Merges the current segment of the series into all windows. */
  endSegment(series: Gauge | Histogram): void;
  /** Whether the series was removed. */
  isRemoved(series: Gauge | Histogram): boolean;
}

/** One read by one reader, series by series. Reading a series ends the reader's window for it. */
export class WindowCursor {
  private readonly takenSegments = new Map<Gauge | Histogram, WindowSegment>();
  private readonly takenIntervals = new Map<Histogram, HistogramSnapshot>();

  /** @param segments what the window consists of: the reader's own segments, or those since the start. */
  constructor(
    private readonly window: ReaderWindow,
    private segments: ReadonlyMap<Gauge | Histogram, WindowSegment>,
    private readonly all: AllWindows,
  ) {}

  /** The extremes of a series since the reader's last read; `undefined` if it has no new value. */
  extremesOf(series: Gauge | Histogram): Extremes | undefined {
    return this.take(series);
  }

  /** The values of a histogram since the reader's last read. */
  intervalOf(histogram: Histogram): HistogramSnapshot {
    const now = histogram.snapshot();
    // Its base is gone: the values that were read before would be read again.
    if (this.all.isRemoved(histogram)) return now.minus(now);
    const base = this.window.bases.get(histogram);
    // Reads of one reader may overlap: whichever is the first to take a histogram takes all of it.
    const segment = this.take(histogram, base === undefined ? this.all.sinceStart : this.window.segments);
    const interval = base === undefined ? now : now.minus(base, segment);
    this.window.bases.set(histogram, now);
    this.takenIntervals.set(histogram, interval);
    return interval;
  }

  /** Merges the window into the reader's next one, because what was read did not arrive. */
  giveBack(): void {
    this.giveBackRest();
    for (const [series, segment] of this.takenSegments) {
      if (this.all.isRemoved(series)) continue;
      this.window.segments.set(series, mergeSegments(this.window.segments.get(series), segment));
    }
    for (const [histogram, interval] of this.takenIntervals) {
      const base = this.window.bases.get(histogram);
      if (base !== undefined) this.window.bases.set(histogram, base.minus(interval));
    }
    // A second call must not count it twice.
    this.takenSegments.clear();
    this.takenIntervals.clear();
  }

  /** What was not taken from a first window, which consists of the segments since the start, is not in the reader's own segments yet. */
  private giveBackRest(): void {
    const { segments, bases } = this.window;
    if (this.segments === segments) return;
    for (const [series, segment] of this.segments) {
      const isTaken = this.takenSegments.has(series) || bases.has(series as Histogram);
      if (!isTaken) segments.set(series, segment);
    }
    this.segments = segments;
  }

  private take(
    series: Gauge | Histogram,
    segments: ReadonlyMap<Gauge | Histogram, WindowSegment> = this.segments,
  ): WindowSegment | undefined {
    this.all.endSegment(series);
    const segment = segments.get(series);
    this.window.segments.delete(series);
    if (segment !== undefined) this.takenSegments.set(series, segment);
    return segment;
  }
}
