/**
 * Measures the CPU that the monitor uses in an idle application, and the time to read the process section: see README.md
 * beside this file.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessCollector } from '../build/instrumentation/runtime/process/process.collector.js';
import { measureShares, percent } from './support/cpu-share.mjs';
import { readFlags } from './support/flags.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { ServerProcess } from './support/server-process.mjs';
import { summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';
import { VARIANTS } from './support/variants.mjs';

/** V8 still compiles in a process that has just started. */
const WARM_UP_SECONDS = 10;

const flags = readFlags({ seconds: 60, rounds: 3 });
const variants = ['bare', 'again', 'default', 'diagnostics'];

console.log(`${machine()}; Nest ${versionOf('@nestjs/core')}.\n`);
const shares = await measureIdle();
const bare = summarize(shares.bare).median;
console.log(
  table(
    ['An idle application', 'CPU, share of one core', 'more than bare'],
    variants.map((variant) => {
      const { median } = summarize(shares[variant]);
      return [VARIANTS[variant].title(), percent(median), variant === 'bare' ? '' : percent(median - bare)];
    }),
  ),
);
const { low, median, high } = summarize(measureRead());
console.log(
  `\nReading the process section: ${microseconds(median)} (${microseconds(low)} to ${microseconds(high)})`,
);

/** @returns {Promise<Record<string, number[]>>} the share of a core that each variant uses, in each round */
async function measureIdle() {
  const servers = variants.map((variant) => new ServerProcess('express', variant));
  try {
    await Promise.all(servers.map((server) => server.start()));
    await sleep(WARM_UP_SECONDS * 1000);
    const results = await measureShares(servers, flags);
    return Object.fromEntries(servers.map(({ variant }, i) => [variant, results[i]]));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @returns {number[]} microseconds of each read */
function measureRead() {
  const collector = new ProcessCollector();
  collector.start();
  const times = Array.from({ length: 2000 }, () => {
    const start = performance.now();
    collector.read();
    return (performance.now() - start) * 1000;
  });
  collector.stop();
  return times.slice(500);
}

function microseconds(value) {
  return `${value.toFixed(1)} µs`;
}
