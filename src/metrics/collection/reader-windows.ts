import type { Clock } from '../../common/clock.js';
import { monotonicClock } from '../../common/clock.js';
import { ownCopy } from '../../common/own-copy.js';
import type { Gauge } from '../gauge.js';
import type { Histogram } from '../histogram/histogram.js';
import type { WindowSegment } from '../window-segment.js';
import { mergeSegments } from '../window-segment.js';
import type { ReaderWindow } from './window-cursor.js';
import { WindowCursor } from './window-cursor.js';

/**
 * The most readers whose windows are kept. Beyond it, the window of the reader whose last read is the oldest is dropped,
 * unless it is marked as kept. A window takes some 4 kB for each histogram.
 */
const MAX_READERS = 20;

/** Milliseconds without a read after which a window is dropped: a day. */
const READER_IDLE_LIMIT = 86_400_000;

/** The number of characters of a reader's name that identify it. */
const MAX_READER_LENGTH = 200;

interface KnownReader extends ReaderWindow {
  lastRead: number;
  isKept: boolean;
}

/**
 * The windows of all readers. Each reader has its own.
 *
 * Setting a gauge must cost the same for any number of readers, so a gauge stores one segment. A read by any reader
 * ends that segment: it is merged into the windows of all readers, and the reader takes its own window. A histogram
 * only grows, so the interval of a reader is the current state minus the state at its last read.
 */
export class ReaderWindows {
  /** Least recently read first. */
  private readonly readers = new Map<string, KnownReader>();
  private readonly sinceStart = new Map<Gauge | Histogram, WindowSegment>();
  /** Removed series. A read that began before the removal may still read them, but nothing is stored for them. */
  private readonly removed = new WeakSet<Gauge | Histogram>();

  constructor(private readonly clock: Clock = monotonicClock) {}

  /**
   * Begins a read. The first window of a reader goes back to the start of the monitor, and so does the next window of a
   * reader whose window was dropped: a window that is too wide loses nothing.
   *
   * @param isKept the window of this reader is never dropped.
   */
  open(reader: string, isKept = false): WindowCursor {
    const name = ownCopy(reader.slice(0, MAX_READER_LENGTH));
    const lastRead = this.clock();
    const known = this.readers.get(name);
    const window = known ?? { lastRead, isKept, segments: new Map(), bases: new Map() };
    window.lastRead = lastRead;
    window.isKept ||= isKept;
    this.readers.delete(name);
    this.readers.set(name, window);
    this.dropIdle(lastRead - READER_IDLE_LIMIT);
    const segments = known === undefined ? this.sinceStart : window.segments;
    return new WindowCursor(window, segments, {
      sinceStart: this.sinceStart,
      endSegment: (series) => this.endSegment(series),
      isRemoved: (series) => this.removed.has(series),
    });
  }

  /** Drops all data of a series that was removed. */
  forget(series: Gauge | Histogram): void {
    this.removed.add(series);
    this.sinceStart.delete(series);
    for (const { segments, bases } of this.readers.values()) {
      segments.delete(series);
      bases.delete(series as Histogram);
    }
  }

  private dropIdle(before: number): void {
    for (const [reader, { lastRead, isKept }] of this.readers) {
      if (lastRead >= before && this.readers.size <= MAX_READERS) return;
      if (!isKept) this.readers.delete(reader);
    }
  }

  private endSegment(series: Gauge | Histogram): void {
    const segment = series.takeSegment();
    if (segment === undefined || this.removed.has(series)) return;
    this.sinceStart.set(series, mergeSegments(this.sinceStart.get(series), segment));
    for (const { segments } of this.readers.values()) {
      segments.set(series, mergeSegments(segments.get(series), segment));
    }
  }
}
