import { performance } from 'node:perf_hooks';
import type { Clock } from '../metrics/clock.js';
import { monotonicClock } from '../metrics/clock.js';
import type { Collector } from '../metrics/collector.js';
import type { Counter } from '../metrics/counter.js';
import type { Gauge } from '../metrics/gauge.js';
import type { MetricsRegistry } from '../metrics/registry.js';

/**
 * Counting the active resources makes a list of all of them, which takes 1 ms where there are 10 000 sockets. So
 * it may use one thousandth of the time: after a count that took 1 ms, the next one is 1 s later.
 */
const RESOURCE_COUNT_SHARE = 1 / 1000;

/** The loop's own figures, which only ever grow. */
interface LoopTotals {
  /** Turns of the loop. */
  turns: number;
  /** Events that it has processed. */
  events: number;
  /** Events that were waiting when it polled, added up over all its turns. */
  waiting: number;
  /** Milliseconds that it was busy. */
  busy: number;
}

/**
 * Watches Node's event loop as µtornadomon watched Tornado's, under the same names.
 *
 * A timer measures how late it is called. Everything else is read from libuv's own counts. They go back to the
 * start of the process, so each look takes the difference to the one before: it is neither diluted by the past
 * nor disturbed by another monitor in the same process.
 */
export class EventLoopCollector implements Collector {
  private readonly ticks: Counter;
  private readonly events: Counter;
  private readonly busySeconds: Counter;
  private readonly lateness: Gauge;
  private readonly waiting: Gauge;
  private readonly resources: Gauge;

  private timer: NodeJS.Timeout | undefined;
  private lastTick = 0;
  private last: LoopTotals | undefined;
  private nextResourceCount = -Infinity;

  /** Milliseconds between two ticks of the timer. Set before it is started. */
  interval = 100;

  constructor(
    registry: MetricsRegistry,
    private readonly clock: Clock = monotonicClock,
  ) {
    this.ticks = registry.ownCounter('callbacks');
    this.events = registry.ownCounter('callbacks_processed');
    this.busySeconds = registry.ownCounter('callback_duration');
    this.lateness = registry.ownGauge('ioloop_excess_callback_latency', 0);
    this.waiting = registry.ownGauge('ioloop_pending_callbacks', 0);
    this.resources = registry.ownGauge('ioloop_handlers', 0);
  }

  start(): void {
    this.last = loopTotals();
    this.lastTick = this.clock();
    // Without unref(), a script that has nothing left to do would never end.
    this.timer ??= setInterval(() => this.tick(), this.interval).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** What the timer does. */
  tick(): void {
    const now = this.clock();
    this.ticks.inc();
    this.lateness.set((now - this.lastTick - this.interval) / 1000);
    this.lastTick = now;
    this.collect();
  }

  collect(): void {
    if (this.timer === undefined) return;
    this.collectTotals();
    this.countResources();
  }

  private collectTotals(): void {
    const now = loopTotals();
    const last = this.last ?? now;
    this.last = now;
    this.events.inc(now.events - last.events);
    this.busySeconds.inc((now.busy - last.busy) / 1000);
    // Two looks within one turn of the loop: it has not polled since, and what it found then still stands.
    const turns = now.turns - last.turns;
    if (turns > 0) this.waiting.set((now.waiting - last.waiting) / turns);
  }

  private countResources(): void {
    const begin = this.clock();
    if (begin < this.nextResourceCount) return;
    this.resources.set(process.getActiveResourcesInfo().length);
    const end = this.clock();
    this.nextResourceCount = end + (end - begin) / RESOURCE_COUNT_SHARE;
  }
}

function loopTotals(): LoopTotals {
  const { loopCount, events, eventsWaiting } = performance.nodeTiming.uvMetricsInfo;
  const { active } = performance.eventLoopUtilization();
  return { turns: loopCount, events, waiting: eventsWaiting, busy: active };
}
