/**
 * What a request costs the server process, with and without the monitor: see README.md beside this file.
 */
import { performance } from 'node:perf_hooks';
import { ADAPTERS } from './support/adapters.mjs';
import { readFlags } from './support/flags.mjs';
import { sendRequests } from './support/load.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { checkAtWork } from './support/self-check.mjs';
import { ServerProcess } from './support/server-process.mjs';
import { ratios, summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';
import { measureInTurns } from './support/turns.mjs';
import { VARIANTS } from './support/variants.mjs';

/** What all others are compared with. */
const REFERENCES = ['bare', 'noop'];

/** A server gets much faster during its first requests. */
const WARM_UP_REQUESTS = 6000;

const flags = readFlags({
  adapter: Object.keys(ADAPTERS),
  variant: Object.keys(VARIANTS),
  seconds: 150,
  processes: 3,
  requests: 2000,
  connections: 10,
});

console.log(`${machine()}; Nest ${versionOf('@nestjs/core')}.`);
for (const adapter of flags.adapter) {
  const costs = await measureVariants(adapter);
  const facts = [
    ADAPTERS[adapter].title(),
    `processes of each: ${flags.processes}`,
    `rounds: ${costs.bare.length}`,
    `requests in a round: ${flags.requests} over ${flags.connections} connections`,
  ];
  console.log(`\n${facts.join(', ')}\n\n${report(costs)}`);
}

/**
 * Two processes that run the same code differ by some percent for as long as they live. So there are several of
 * each variant, one after the other.
 *
 * @param {string} adapter
 * @returns {Promise<Record<string, number[]>>} microseconds of CPU per request in each round, by variant
 */
async function measureVariants(adapter) {
  /** @type {Record<string, number[]>} */
  const costs = {};
  for (let nth = 1; nth <= flags.processes; nth++) {
    console.error(`${adapter}: process ${nth} of ${flags.processes} of each variant ...`);
    const until = performance.now() + (flags.seconds * 1000) / flags.processes;
    for (const [variant, rounds] of Object.entries(await measureProcesses(adapter, until))) {
      (costs[variant] ??= []).push(...rounds);
    }
  }
  return costs;
}

/** The variants that were chosen and the references, in the order that they are listed in. */
function variantsOn(adapter) {
  return Object.keys(VARIANTS)
    .filter((variant) => REFERENCES.includes(variant) || flags.variant.includes(variant))
    .filter((variant) => [undefined, adapter].includes(VARIANTS[variant].adapter));
}

/** Starts a server of each variant, and measures them in turns. */
async function measureProcesses(adapter, until) {
  const servers = variantsOn(adapter).map((variant) => new ServerProcess(adapter, variant));
  try {
    await Promise.all(servers.map((server) => server.start()));
    await Promise.all(servers.map(checkAtWork));
    for (const server of servers) server.freeze();
    const measures = Object.fromEntries(
      servers.map((server) => [server.variant, () => costOfRequest(server)]),
    );
    await measureInTurns(measures, { rounds: Math.ceil(WARM_UP_REQUESTS / flags.requests) });
    return await measureInTurns(measures, { until });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @param {ServerProcess} server */
async function costOfRequest(server) {
  server.thaw();
  // What fell due while it stood still is done between the two answers: a server that works has that once a second.
  await server.cpu();
  const before = await server.cpu();
  await sendRequests(server.url, flags);
  const used = (await server.cpu()) - before;
  server.freeze();
  return used / flags.requests;
}

function report(costs) {
  const rows = Object.entries(costs).map(([variant, measured]) => [
    VARIANTS[variant].title(),
    `${summarize(measured).median.toFixed(1)} µs`,
    comparison(measured, costs.bare),
    comparison(measured, costs.noop),
  ]);
  return table(['', 'CPU per request', 'x bare', 'x do-nothing interceptor'], rows);
}

/** The median of the ratios of all rounds, and the range that the middle half of them is in. */
function comparison(measured, reference) {
  if (measured === reference) return '1';
  const { low, median, high } = summarize(ratios(measured, reference));
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
