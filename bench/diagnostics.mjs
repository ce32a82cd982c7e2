/**
 * What the watchdog and the profiles cost: see README.md beside this file.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ADAPTERS } from './support/adapters.mjs';
import { measureShares, percent } from './support/cpu-share.mjs';
import { readFlags } from './support/flags.mjs';
import { Connections } from './support/load.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { startProfile } from './support/running-profile.mjs';
import { checkAtWork } from './support/self-check.mjs';
import { ServerProcess } from './support/server-process.mjs';
import { quantile, ratios, summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';
import { measureInTurns } from './support/turns.mjs';

/** V8 still compiles in a process that has just started. */
const WARM_UP_SECONDS = 10;

/** Not measured: before them, another server used the processor and its caches. */
const FIRST_REQUESTS_OF_ROUND = 50;

/** Other load only ever adds to the cost of a request: one round in five is assumed to be free of it. */
const UNDISTURBED = 0.2;

/** Profiles whose start is measured, of each kind. */
const STARTS = 10;

const flags = readFlags({
  part: ['idle', 'requests', 'start'],
  adapter: Object.keys(ADAPTERS),
  processes: 3,
  seconds: 60,
  warmup: 12,
  rounds: 30,
  requests: 3000,
  connections: 10,
});

const parts = { idle: measureIdle, requests: measureRequests, start: measureStarts };
console.log(`${machine()}; Nest ${versionOf('@nestjs/core')}.`);
for (const part of flags.part) console.log(`\n${await parts[part]()}`);

/** Several processes of each variant, all at the same time. */
async function measureIdle() {
  const titles = {
    default: 'without diagnostics',
    watchdog: 'with the watchdog',
    diagnostics: 'with `diagnostics: true`',
  };
  const variants = ['default', 'default', 'watchdog', 'diagnostics'];
  const servers = variants.flatMap((variant) =>
    Array.from({ length: flags.processes }, () => new ServerProcess('express', variant)),
  );
  try {
    for (const server of servers) await server.start();
    await sleep(WARM_UP_SECONDS * 1000);
    const shares = await measureShares(servers, { seconds: flags.seconds, rounds: 3 });
    const memory = [];
    for (const server of servers) memory.push(await residentMemory(server));
    const of = (results, nth) =>
      summarize(results.slice(nth * flags.processes, (nth + 1) * flags.processes).flat()).median;
    const rows = variants.map((variant, nth) => {
      const [share, bytes] = [of(shares, nth), of(memory, nth)];
      return [
        `${titles[variant]}${nth === 1 ? ', a second time' : ''}`,
        percent(share),
        nth === 0 ? '' : percent(share - of(shares, 0)),
        megabytes(bytes),
        nth === 0 ? '' : megabytes(bytes - of(memory, 0)),
      ];
    });
    const head = ['An idle application', 'CPU, share of one core', 'more', 'resident memory', 'more'];
    return table(head, rows);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** The resident memory in bytes, as Linux reports it, after garbage collections. */
async function residentMemory(server) {
  await server.age();
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

async function measureRequests() {
  const tables = [];
  for (const adapter of flags.adapter) tables.push(await measureRequestsOn(adapter));
  return tables.join('\n\n');
}

/** Measures one server at a time; the others are suspended meanwhile. */
async function measureRequestsOn(adapter) {
  const titles = {
    off: [`${ADAPTERS[adapter].title()}, without diagnostics`, 'default'],
    again: ['without diagnostics, a second time', 'default'],
    watchdog: ['with the watchdog', 'watchdog'],
    cpu: ['during a CPU profile', 'diagnostics', 'cpu'],
    allocations: ['during an allocation profile', 'diagnostics', 'allocations'],
  };
  const opened = [];
  const servers = [];
  const measures = {};
  try {
    for (const [name, [, variant, profile]] of Object.entries(titles)) {
      const server = new ServerProcess(adapter, variant);
      servers.push(server);
      await server.start();
      await checkAtWork(server);
      const connections = await Connections.open(server.url, flags.connections);
      opened.push(connections);
      measures[name] = () => costOfRequest(server, connections, profile);
    }
    for (const server of servers) await server.age();
    for (const server of servers) server.freeze();
    await measureInTurns(measures, { rounds: flags.warmup });
    const costs = await measureInTurns(measures, { rounds: flags.rounds });
    const least = (name) => quantile(costs[name], UNDISTURBED);
    const rows = Object.entries(titles).map(([name, [title]]) => {
      const { low, median, high } = summarize(ratios(costs[name], costs.off));
      return [
        title,
        `${least(name).toFixed(1)} µs`,
        name === 'off' ? '1' : `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
        name === 'off' ? '1' : (least(name) / least('off')).toFixed(3),
      ];
    });
    return table(['A request', 'CPU', 'x without', 'x without, undisturbed'], rows);
  } finally {
    for (const connections of opened) connections.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @returns microseconds */
async function costOfRequest(server, connections, profile) {
  server.thaw();
  const endProfile = profile === undefined ? undefined : await startProfile(server.url, profile);
  await server.cpu();
  await connections.send(FIRST_REQUESTS_OF_ROUND);
  const before = await server.cpu();
  await connections.send(flags.requests);
  const used = (await server.cpu()) - before;
  await endProfile?.();
  server.freeze();
  return used / flags.requests;
}

async function measureStarts() {
  const rows = [];
  for (const [size, title] of [
    ['small', 'a small application'],
    ['large', 'with the TypeScript compiler loaded, after it has compiled'],
  ]) {
    const child = fork(fileURLToPath(new URL('support/profile-starts.mjs', import.meta.url)), [
      size,
      String(STARTS),
    ]);
    const [starts] = await once(child, 'message');
    await once(child, 'exit');
    rows.push([title, ...['cpu', 'allocations'].flatMap((kind) => range(starts[kind]))]);
  }
  const head = ['A start holds up the event loop', 'CPU profile', 'at most', 'allocation profile', 'at most'];
  return table(head, rows);
}

function range(seconds) {
  return [summarize(seconds).median, Math.max(...seconds)].map((value) => `${(value * 1000).toFixed(1)} ms`);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
