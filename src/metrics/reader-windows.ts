import { ExtremesWindow } from './extremes.js';
import type { Gauge } from './gauge.js';

/** What a reader took away by looking. */
export interface TakenWindow {
  readonly window: ExtremesWindow;
  /** Puts the window back, for the reader's next look: what was read did not get anywhere. */
  readonly giveBack: () => void;
}

/** At most so many readers are remembered; past it, the one that has not looked for longest is forgotten. */
export const MAX_READERS = 100;

/**
 * Gives every reader a window of its own: the extremes of each gauge since that reader last looked, whatever the
 * other readers do.
 *
 * Setting a gauge must cost the same however many readers there are, so a gauge keeps one pair of extremes only.
 * Whoever looks closes that stretch for everybody: it is added to the open window of every reader, and the one
 * that looked takes its window away.
 */
export class ReaderWindows {
  /** In the order of their last look, the longest ago first. */
  private readonly open = new Map<string, ExtremesWindow>();
  private readonly sinceStart = new ExtremesWindow();

  /**
   * Takes a reader's window. The first one of a reader reaches back to the start, and so does that of a reader
   * that was forgotten: a window that is too wide hides nothing.
   */
  take(reader: string, gauges: Iterable<[string, Gauge]>): TakenWindow {
    this.closeStretch(gauges);
    const window = this.open.get(reader) ?? this.copySinceStart();
    this.reopen(reader);
    return { window, giveBack: () => (this.open.get(reader) ?? this.reopen(reader)).merge(window) };
  }

  private closeStretch(gauges: Iterable<[string, Gauge]>): void {
    for (const [name, gauge] of gauges) {
      const extremes = gauge.takeExtremes();
      if (extremes === undefined) continue;
      this.sinceStart.add(name, extremes);
      for (const window of this.open.values()) window.add(name, extremes);
    }
  }

  private copySinceStart(): ExtremesWindow {
    const copy = new ExtremesWindow();
    copy.merge(this.sinceStart);
    return copy;
  }

  private reopen(reader: string): ExtremesWindow {
    const window = new ExtremesWindow();
    this.open.delete(reader);
    this.open.set(reader, window);
    if (this.open.size > MAX_READERS) {
      const [longestAgo] = this.open.keys();
      this.open.delete(longestAgo);
    }
    return window;
  }
}
