/**
 * Measures the CPU time of the server process for one request, with and without the monitor: see README.md beside this file.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ADAPTERS } from './support/adapters.mjs';
import { readFlags } from './support/flags.mjs';
import { Connections } from './support/load.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { checkAtWork } from './support/self-check.mjs';
import { ServerProcess } from './support/server-process.mjs';
import { estimate, quantile, ratios, summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';
import { measureInTurns } from './support/turns.mjs';
import { VARIANTS, variantsFor } from './support/variants.mjs';

/** All variants are compared with these. */
const REFERENCES = ['bare', 'noop'];

/**
 * V8 optimizes a function by the types that it has seen in it so far. Node makes a new `Date` header once a second: whether V8
 * has seen that before it optimizes changes the speed by a few percent for the whole life of the process. So the first
 * requests are spread over some seconds.
 */
const FIRST = { requests: 20, times: 25, pause: 100 };

/**
 * A server gets much faster during its first requests. Code that runs once per iteration of the event loop is compiled last:
 * over ten connections, there is one iteration for about nine requests.
 */
const WARM_UP_REQUESTS = 60_000;

/** Not measured: before them, another server used the processor and its caches. */
const FIRST_REQUESTS_OF_ROUND = 50;

/** Other load only ever adds to the cost of a request: one round in five is assumed to be free of it. */
const UNDISTURBED = 0.2;

const flags = readFlags({
  adapter: Object.keys(ADAPTERS),
  variant: Object.keys(VARIANTS),
  seconds: 250,
  processes: 5,
  // With Express on Node 20, V8 collects the whole heap about every 4,500 requests: each round has such a collection.
  requests: 5000,
  connections: 10,
});

console.log(`${machine()}; Nest ${versionOf('@nestjs/core')}.`);
for (const adapter of flags.adapter) {
  const costs = await measureVariants(adapter);
  const facts = [
    ADAPTERS[adapter].title(),
    `processes of each: ${flags.processes}`,
    `rounds: ${costs.bare.flat().length}`,
    `requests in a round: ${flags.requests} over ${flags.connections} connections`,
  ];
  console.log(`\n${facts.join(', ')}\n\n${report(costs)}`);
}

/**
 * Two processes that run the same code differ by a few percent for their whole life. So there are several processes of
 * each variant, one after the other.
 *
 * @param {string} adapter
 * @returns {Promise<Record<string, number[][]>>} microseconds of CPU per request in each round of each process, by variant
 */
async function measureVariants(adapter) {
  /** @type {Record<string, number[][]>} */
  const costs = {};
  for (let nth = 1; nth <= flags.processes; nth++) {
    console.error(`${adapter}: process ${nth} of ${flags.processes} of each variant ...`);
    for (const [variant, rounds] of Object.entries(await measureProcesses(adapter))) {
      (costs[variant] ??= []).push(rounds);
    }
  }
  return costs;
}

/** The chosen variants and the references, in the order of `VARIANTS`. */
function variantsOn(adapter) {
  const all = variantsFor(adapter, Object.keys(VARIANTS));
  return all.filter((variant) => REFERENCES.includes(variant) || flags.variant.includes(variant));
}

/** Starts a server of each variant, and measures them in turns. */
async function measureProcesses(adapter) {
  const servers = variantsOn(adapter).map((variant) => new ServerProcess(adapter, variant));
  const opened = [];
  try {
    await Promise.all(servers.map((server) => server.start()));
    await Promise.all(servers.map(checkAtWork));
    const measures = {};
    for (const server of servers) {
      const connections = await Connections.open(server.url, flags.connections);
      opened.push(connections);
      measures[server.variant] = () => costOfRequest(server, connections);
    }
    for (let i = 0; i < FIRST.times; i++) {
      for (const connections of opened) await connections.send(FIRST.requests);
      await delay(FIRST.pause);
    }
    for (const server of servers) await server.age();
    for (const server of servers) server.freeze();
    await measureInTurns(measures, { rounds: Math.ceil(WARM_UP_REQUESTS / flags.requests) });
    const until = performance.now() + (flags.seconds * 1000) / flags.processes;
    return await measureInTurns(measures, { until });
  } finally {
    for (const connections of opened) connections.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/**
 * @param {ServerProcess} server
 * @param {Connections} connections
 */
async function costOfRequest(server, connections) {
  server.thaw();
  // Timers that were due while it was stopped run before the first response. A running server has them once a second.
  await server.cpu();
  await connections.send(FIRST_REQUESTS_OF_ROUND);
  const before = await server.cpu();
  await connections.send(flags.requests);
  const used = (await server.cpu()) - before;
  server.freeze();
  return used / flags.requests;
}

function report(costs) {
  const rows = Object.entries(costs).map(([variant, measured]) => [
    VARIANTS[variant].title(),
    `${summarize(measured.flat()).median.toFixed(1)} µs`,
    ...[costs.bare, costs.noop].flatMap((reference) =>
      measured === reference ? ['1', '1'] : [byRounds(measured, reference), undisturbed(measured, reference)],
    ),
  ]);
  const versus = ['x bare', 'x do-nothing interceptor'].flatMap((name) => [name, `${name}, undisturbed`]);
  return table(['', 'CPU per request', ...versus], rows);
}

/** The median of the ratios of all rounds, and their quartiles. */
function byRounds(measured, reference) {
  const { low, median, high } = summarize(ratios(measured.flat(), reference.flat()));
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** The mean over the processes of the ratio in their undisturbed rounds, and its standard error. */
function undisturbed(measured, reference) {
  const [ours, theirs] = [measured, reference].map((of) => of.map((rounds) => quantile(rounds, UNDISTURBED)));
  const { mean, error } = estimate(ratios(ours, theirs));
  return `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
}
