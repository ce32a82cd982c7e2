import { performance } from 'node:perf_hooks';
import type { Clock } from '../../../common/clock.js';
import { realClock } from '../../../common/clock.js';
import { realTimers } from '../../../common/real-timers.js';
import type { Counter } from '../../../metrics/counter.js';
import type { Gauge } from '../../../metrics/gauge.js';
import type { MetricsRegistry } from '../../../metrics/registry.js';
import { ActiveResources } from './active-resources.js';
import type { Collector } from '../collector.js';
import { EventLoopSampler } from './event-loop-sampler.js';

/** Totals since the start of the thread. */
export interface LoopTotals {
  iterations: number;
  /** Processed events. */
  events: number;
  /** Events that were waiting when the loop polled, summed over all iterations. */
  waiting: number;
  /** Milliseconds. */
  busy: number;
  idle: number;
}

/**
 * Measures Node's event loop: the metrics that µtornadomon has for Tornado's, under the same names, and the event loop delay.
 *
 * A timer measures how late it is called. Everything else comes from the totals of libuv and Node since the start of the
 * thread. Each update adds the difference to the last one, so that two monitors in one process do not affect each other.
 */
export class EventLoopCollector implements Collector {
  private readonly ticks: Counter;
  private readonly events: Counter;
  private readonly busySeconds: Counter;
  private readonly activeSeconds: Counter;
  private readonly idleSeconds: Counter;
  private readonly lateness: Gauge;
  private readonly waiting: Gauge;
  private readonly utilization: Gauge;
  private readonly sampler: EventLoopSampler;
  private readonly resources: ActiveResources;

  private timer: NodeJS.Timeout | undefined;
  private lastTick = 0;
  private last: LoopTotals | undefined;
  private atLastTick: LoopTotals | undefined;

  /** @param interval milliseconds between two ticks of the timer. */
  constructor(
    registry: MetricsRegistry,
    private readonly interval: number,
    private readonly clock: Clock = realClock,
    private readonly totals: () => LoopTotals = loopTotals,
  ) {
    this.ticks = registry.ownCounter('callbacks');
    this.events = registry.ownCounter('callbacks_processed');
    this.busySeconds = registry.ownCounter('callback_duration');
    this.activeSeconds = registry.ownCounter('eventloop_time', { state: 'active' });
    this.idleSeconds = registry.ownCounter('eventloop_time', { state: 'idle' });
    this.lateness = registry.ownGauge('ioloop_excess_callback_latency', 0);
    this.waiting = registry.ownGauge('ioloop_pending_callbacks', 0);
    this.utilization = registry.ownGauge('eventloop_utilization');
    const delay = registry.ownHistogram('eventloop_delay');
    this.sampler = new EventLoopSampler((seconds) => delay.observe(seconds));
    this.resources = new ActiveResources(registry, clock);
    // Also before reads without collectors: a step of the history has the delay whose CPU time it has.
    registry.beforeRead({ flush: () => this.sampler.collect() });
  }

  start(): void {
    this.last = this.atLastTick = this.totals();
    this.lastTick = this.clock();
    this.sampler.start();
    // Without unref(), a script that has nothing left to do would never end.
    this.timer ??= realTimers.setInterval(() => this.tick(), this.interval).unref();
  }

  stop(): void {
    realTimers.clearInterval(this.timer);
    this.timer = undefined;
    this.sampler.stop();
  }

  /** The callback of the timer. */
  tick(): void {
    const now = this.clock();
    this.sampler.measure(this.interval);
    this.ticks.inc();
    this.lateness.set((now - this.lastTick - this.interval) / 1000);
    this.lastTick = now;
    this.update();
    // From tick to tick, so that it does not depend on when a reader reads.
    this.setUtilization();
  }

  collect(): void {
    if (this.timer !== undefined) this.update();
  }

  private update(): void {
    const now = this.totals();
    const last = this.last ?? now;
    this.last = now;
    this.events.inc(difference(now.events, last.events));
    const busy = Math.max(0, now.busy - last.busy) / 1000;
    this.busySeconds.inc(busy);
    this.activeSeconds.inc(busy);
    this.idleSeconds.inc(Math.max(0, now.idle - last.idle) / 1000);
    // The loop has not polled between two updates in one iteration, so the value stays.
    const iterations = difference(now.iterations, last.iterations);
    if (iterations > 0) this.waiting.set(difference(now.waiting, last.waiting) / iterations);
    this.resources.count();
  }

  private setUtilization(): void {
    const { last: now, atLastTick: before } = this;
    if (now === undefined || before === undefined) return;
    const [busy, idle] = [now.busy - before.busy, now.idle - before.idle];
    this.atLastTick = now;
    if (busy + idle > 0) this.utilization.set(Math.min(1, Math.max(0, busy / (busy + idle))));
  }
}

/** The difference of two counts of events or iterations. Node 20 to 24 have them in 32 bits, with a sign: they wrap around. */
function difference(now: number, before: number): number {
  return (now - before) >>> 0;
}

function loopTotals(): LoopTotals {
  const { loopCount, events, eventsWaiting } = performance.nodeTiming.uvMetricsInfo;
  const { active, idle } = performance.eventLoopUtilization();
  return { iterations: loopCount, events, waiting: eventsWaiting, busy: active, idle };
}
