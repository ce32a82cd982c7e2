import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';

/** Node's own, kept from before fake timers replace them. */
const real = { setTimeout, now: performance.now.bind(performance) };
const start = real.now();

/**
 * Waits for further ticks of a monitor with a `measureInterval` of 1 ms, and returns what it measured: longest times in
 * seconds, beside the real seconds since the start of the script.
 *
 * @param {import('nestjs-monitor').MonitorService} monitor
 */
export async function realTicks(monitor) {
  const before = (await monitor.metrics('ticks')).counters.callbacks;
  let ticks;
  do {
    await new Promise((resolve) => real.setTimeout(resolve, 1));
    ticks = (await monitor.metrics('ticks')).counters.callbacks;
  } while (ticks < before + 3);
  const { max_gauges, min_gauges, histograms } = await monitor.metrics('all');
  return {
    seconds: (real.now() - start) / 1000,
    ticks,
    latest: max_gauges.ioloop_excess_callback_latency,
    earliest: min_gauges.ioloop_excess_callback_latency,
    longest: histograms.eventloop_delay.max,
    shortest: histograms.eventloop_delay.min,
  };
}
