import type { WatchdogListener } from './watchdog.js';
import { Watchdog } from './watchdog.js';

/** What all applications of a thread share. */
interface Shared {
  readonly listeners: Map<WatchdogListener, number>;
  running: { readonly watchdog: Watchdog; readonly threshold: number } | undefined;
}

/**
 * Where it is kept. An application may load the package twice, as CommonJS and as ES modules, and a second watchdog would
 * cost as much as the first and find the same.
 */
const KEY = Symbol.for('nestjs-monitor.watchdog.1');

/**
 * The one watchdog of this thread, for any number of applications: it runs from the first that watches until the last has
 * stopped, at the lowest threshold of them.
 */
export class SharedWatchdog {
  /** @param threshold milliseconds from which on the listener is told of blocks. */
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

/** Starts, changes or stops the watchdog, as the listeners want it. */
async function adjust(shared: Shared): Promise<void> {
  const { running, listeners } = shared;
  const threshold = Math.min(...listeners.values());
  if (running?.threshold === threshold) return;
  if (threshold === Infinity) {
    shared.running = undefined;
    delete home()[KEY];
  } else {
    const watchdog = new Watchdog(threshold, relay(listeners));
    shared.running = { watchdog, threshold };
    watchdog.start();
  }
  await running?.watchdog.stop();
}

function home(): Record<symbol, Shared | undefined> {
  return globalThis as unknown as Record<symbol, Shared | undefined>;
}

function relay(listeners: ReadonlyMap<WatchdogListener, number>): WatchdogListener {
  return {
    onBeat: () => listeners.forEach((_, listener) => listener.onBeat()),
    onBlockEnd: (times) => listeners.forEach((_, listener) => listener.onBlockEnd(times)),
    onBlock: (raw, gc) =>
      listeners.forEach((threshold, listener) => {
        if (raw.duration >= threshold) listener.onBlock(raw, gc);
      }),
    onFailure: (error) => listeners.forEach((_, listener) => listener.onFailure(error)),
  };
}
