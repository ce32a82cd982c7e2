import type { WatchdogListener } from './watchdog.js';
import { Watchdog } from './watchdog.js';

/** The state that all applications of a thread share. */
interface Shared {
  readonly listeners: Map<WatchdogListener, number>;
  running: { readonly watchdog: Watchdog; readonly threshold: number } | undefined;
}

/**
 * Its key in `globalThis`. An application may load the package twice, as CommonJS and as ES modules, and a second watchdog
 * would cost as much as the first and find the same.
 */
const KEY = Symbol.for('nestjs-monitor.watchdog.2');

/**
 * The watchdog of this thread, shared by all applications in it. It runs while at least one of them watches, with the lowest of
 * their thresholds.
 */
export class SharedWatchdog {
  /** @param threshold minimum duration, in milliseconds, of the blocks that are passed to `onBlock()`. */
  async watch(listener: WatchdogListener, threshold: number): Promise<void> {
    const shared = (home()[KEY] ??= { listeners: new Map(), running: undefined });
    shared.listeners.set(listener, threshold);
    await adjust(shared);
  }

  async unwatch(listener: WatchdogListener): Promise<void> {
    const shared = home()[KEY];
    if (shared?.listeners.delete(listener) === true) await adjust(shared);
  }
}

/** Starts, replaces or stops the watchdog, according to the thresholds of the listeners. */
async function adjust(shared: Shared): Promise<void> {
  const { running, listeners } = shared;
  const threshold = Math.min(...listeners.values());
  if (running?.threshold === threshold) return;
  if (threshold === Infinity) {
    shared.running = undefined;
    delete home()[KEY];
  } else {
    const watchdog = new Watchdog(threshold, relay(shared));
    shared.running = { watchdog, threshold };
    watchdog.start();
  }
  await running?.watchdog.stop();
}

function home(): Record<symbol, Shared | undefined> {
  return globalThis as unknown as Record<symbol, Shared | undefined>;
}

function relay(shared: Shared): WatchdogListener {
  const { listeners } = shared;
  return {
    onBeat: () => listeners.forEach((_, listener) => listener.onBeat()),
    onBlockEnd: (times) => listeners.forEach((_, listener) => listener.onBlockEnd(times)),
    onBlock: (raw, gc) =>
      listeners.forEach((threshold, listener) => {
        if (raw.duration >= threshold) listener.onBlock(raw, gc);
      }),
    onSourceMapsOff: () => listeners.forEach((_, listener) => listener.onSourceMapsOff()),
    onFailure: (error) => {
      const failed = [...listeners.keys()];
      // An application that starts later gets a watchdog of its own: it would not be told that this one has failed.
      listeners.clear();
      shared.running = undefined;
      if (home()[KEY] === shared) delete home()[KEY];
      for (const listener of failed) listener.onFailure(error);
    },
  };
}
