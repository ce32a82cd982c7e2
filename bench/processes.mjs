/**
 * Measures the cost of a group, in which one process answers for all: a scrape of several processes with very many series, compared
 * with prom-client's `AggregatorRegistry`, and the CPU of idle processes. See README.md beside this file.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../scripts/at-end.mjs';
import { percent } from './support/cpu-share.mjs';
import { readFlags } from './support/flags.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { estimate, quantile, summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';

const SIDES = ['ours', 'prom-client'];
const WORKERS = 4;
/** Counters and histograms of each process. */
const SERIES = [
  [10_000, 0],
  [9_000, 1_000],
];
/** The first reads are not compiled yet. */
const WARM_UP = 5;

const path = (name) => fileURLToPath(new URL(`support/${name}`, import.meta.url));
const flags = readFlags({ parts: ['scrape', 'idle'], rounds: 20, processes: 32, seconds: 60 });

console.log(`${machine()}; prom-client ${versionOf('prom-client')}.\n`);
if (flags.parts.includes('scrape')) for (const series of SERIES) await measureScrapes(...series);
if (flags.parts.includes('idle')) await measureIdle();

async function measureScrapes(counters, histograms) {
  const clusters = await Promise.all(SIDES.map((side) => startCluster(side, counters, histograms)));
  const results = clusters.map(() => []);
  try {
    for (let round = 0; round < WARM_UP + flags.rounds; round++) {
      for (const i of round % 2 ? [0, 1] : [1, 0]) {
        const result = await scrape(clusters[i]);
        if (round >= WARM_UP) results[i].push(result);
      }
    }
  } finally {
    for (const { child } of clusters) child.disconnect();
  }
  const median = (list, key) =>
    quantile(
      list.map((result) => result[key]),
      0.5,
    );
  const worst = (list, key) => Math.max(...list.map((result) => result[key]));
  const [time, cpu] = ['time', 'cpu'].map((key) => median(results[1], key));
  const rows = results.map((list, i) => [
    SIDES[i],
    milliseconds(median(list, 'time')),
    (median(list, 'time') / time).toFixed(2),
    milliseconds(median(list, 'cpu')),
    (median(list, 'cpu') / cpu).toFixed(2),
    milliseconds(median(list, 'stall')),
    milliseconds(median(list, 'work')),
    milliseconds(worst(list, 'work')),
    `${Math.round(list[0].size / 1000).toLocaleString('en')} kB`,
  ]);
  const what = histograms === 0 ? `${counters} counters` : `${counters} counters, ${histograms} histograms`;
  const head = [
    'answer',
    '/ prom-client',
    'CPU of all',
    '/ prom-client',
    'longest stall',
    'its CPU',
    'CPU, worst of all',
    'size',
  ];
  console.log(`${table([`${WORKERS} processes, ${what}`, ...head], rows)}\n`);
}

async function startCluster(side, counters, histograms) {
  const args = [side, WORKERS, counters, histograms].map(String);
  const child = fork(path('processes-cluster.mjs'), args, { execArgv: ['--no-warnings'] });
  const [url] = await once(child, 'message');
  const ask = async (question) => {
    child.send(question);
    return (await once(child, 'message'))[0];
  };
  return { child, url, ask };
}

/** One scrape, of values that have all changed. */
async function scrape({ url, ask }) {
  await ask('change');
  await ask('watch');
  const begin = performance.now();
  const response = await fetch(url, { headers: { accept: 'text/plain; version=0.0.4' } });
  const { byteLength: size } = await response.arrayBuffer();
  const time = performance.now() - begin;
  const stalls = await ask('stop');
  return {
    time,
    size,
    stall: Math.max(...stalls.map(({ wall }) => wall)),
    work: Math.max(...stalls.map(({ cpu }) => cpu)),
    cpu: stalls.reduce((sum, { total }) => sum + total, 0),
  };
}

/** Measures idle processes, half of them in a group and half of them alone, at the same time. */
async function measureIdle() {
  const directory = temporaryDirectory('nm-');
  const start = (...args) =>
    Array.from({ length: flags.processes }, () =>
      fork(path('idle-process.mjs'), args, { execArgv: ['--no-warnings'] }),
    );
  const [grouped, alone] = [[], []];
  try {
    grouped.push(...start('bench', directory));
    await Promise.all(grouped.map((child) => once(child, 'message')));
    alone.push(...start());
    await Promise.all(alone.map((child) => once(child, 'message')));
    // V8 still compiles in a process that has just started.
    await sleep(15_000);
    const before = await Promise.all([grouped, alone].map(cpuOf));
    const begin = performance.now();
    await sleep(flags.seconds * 1000);
    const after = await Promise.all([grouped, alone].map(cpuOf));
    const seconds = (performance.now() - begin) / 1000;
    const rows = ['in a group', 'each alone'].map((name, kind) => {
      const shares = after[kind].map((cpu, i) => (cpu - before[kind][i]) / seconds);
      const { low, median, high } = summarize(shares);
      const { mean, error } = estimate(shares);
      return [
        name,
        percent(median),
        `${percent(low)} to ${percent(high)}`,
        `${percent(mean)} ± ${percent(error)}`,
      ];
    });
    console.log(
      table([`${flags.processes} idle processes, CPU of each`, 'median', 'quartiles', 'mean'], rows),
    );
  } finally {
    for (const child of [...grouped, ...alone]) child.kill('SIGKILL');
  }
}

function cpuOf(children) {
  return Promise.all(
    children.map(async (child) => {
      child.send('cpu');
      return (await once(child, 'message'))[0];
    }),
  );
}

function milliseconds(value) {
  return `${value.toFixed(1)} ms`;
}
