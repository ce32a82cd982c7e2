/**
 * Measures how long a scrape takes and how long it blocks the event loop, beside prom-client and OpenTelemetry's Prometheus
 * exporter. See README.md beside this file.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { readFlags } from './support/flags.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { quantile } from './support/stats.mjs';
import { table } from './support/table.mjs';
import { measureInTurns } from './support/turns.mjs';

const CHILD = fileURLToPath(new URL('support/scrape-process.mjs', import.meta.url));
const SIDES = ['ours', 'prom-client', 'OpenTelemetry'];
const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
/** Many, since a text takes only some milliseconds, and only some of the rounds have a garbage collection. */
const TEXT_ROUNDS = 100;
const { rounds, series } = readFlags({ rounds: 5, series: ['1000', '10000', '100000'] });

/** Starts a server with this many series. */
async function start(side, counters, histograms, buckets = 'same') {
  const args = [side, counters, histograms, buckets].map(String);
  const child = fork(CHILD, args, { execArgv: ['--expose-gc', '--no-warnings'] });
  const ask = async (question) => {
    child.send(question);
    return (await once(child, 'message'))[0].answer;
  };
  const [{ answer: url }] = await once(child, 'message');
  return { url, ask, collect: () => child.send('collect'), stop: () => child.kill() };
}

/** Scrapes once, like Prometheus. */
async function scrape({ url, ask, collect }, headers) {
  collect();
  await ask('watch');
  const begin = performance.now();
  let bytes = 0;
  await new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      response.on('data', (chunk) => (bytes += chunk.length)).on('end', resolve);
    }).on('error', reject);
  });
  const total = performance.now() - begin;
  return { total, stall: await ask('stall'), bytes };
}

const ms = (value) => `${value.toFixed(1)} ms`;
const median = (values) => quantile(values, 0.5);

async function compareScrapes(count) {
  const servers = {};
  try {
    for (const side of SIDES) servers[side] = await start(side, count, 0);
    printScrapes(count, await measureScrapes(servers));
  } finally {
    for (const server of Object.values(servers)) server.stop();
  }
}

async function measureScrapes(servers) {
  const implementations = Object.fromEntries([
    ...SIDES.map((side) => [side, () => scrape(servers[side], {})]),
    ['ours, gzip', () => scrape(servers.ours, { 'accept-encoding': 'gzip' })],
    ['ours, protobuf', () => scrape(servers.ours, { accept: PROTOBUF })],
    [
      'ours, two at once',
      async () => (await Promise.all([scrape(servers.ours), scrapeAgain(servers.ours)]))[0],
    ],
  ]);
  // The code is not compiled yet in the first scrapes.
  await measureInTurns(implementations, { rounds: 3 });
  return measureInTurns(implementations, { rounds });
}

function printScrapes(count, results) {
  const rows = Object.entries(results).map(([name, runs]) => [
    name,
    ms(median(runs.map(({ stall }) => stall))),
    ms(Math.max(...runs.map(({ stall }) => stall))),
    ms(median(runs.map(({ total }) => total))),
    `${Math.round(median(runs.map(({ bytes }) => bytes)) / 1024).toLocaleString('en')} kB`,
  ]);
  const head = [
    `${count.toLocaleString('en')} counters`,
    'longest stall',
    'worst of all',
    'scrape',
    'answer',
  ];
  console.log(`${table(head, rows)}\n`);
}

/** A second scrape of the same server. Its stall is included in that of the first one. */
function scrapeAgain({ url }) {
  return new Promise((resolve, reject) => {
    get(url, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}

async function compareTexts() {
  const servers = [];
  try {
    for (const [side, buckets] of [
      ['ours', 'same'],
      ['ours', 'own'],
      ['prom-client', 'same'],
    ]) {
      servers.push(await start(side, 10_000, 1000, buckets));
    }
    printTexts(await measureTexts(...servers));
  } finally {
    for (const server of servers) server.stop();
  }
}

async function measureTexts(same, own, promClient) {
  const measures = {
    'ours, protobuf, 11 bounds beside the native buckets': () => same.ask('protobuf'),
    'ours, protobuf, native buckets': () => own.ask('protobuf'),
    'ours, text at the same 11 bounds': () => same.ask('text'),
    'ours, text at its own 25 bounds': () => own.ask('text'),
    'prom-client, text at 11 bounds': () => promClient.ask('text'),
  };
  await measureInTurns(measures, { rounds: 40 });
  return measureInTurns(measures, { rounds: TEXT_ROUNDS });
}

function printTexts(results) {
  const times = Object.entries(results).map(([name, runs]) => [
    name,
    median(runs.map(([time]) => time)),
    runs,
  ]);
  const theirs = times.at(-1)[1];
  const rows = times.map(([name, time, runs]) => [
    name,
    ms(time),
    (time / theirs).toFixed(2),
    `${Math.round(runs[0][1] / 1024).toLocaleString('en')} kB`,
  ]);
  const head = ['10,000 counters and 1,000 histograms', 'CPU', '/ prom-client', 'size'];
  console.log(table(head, rows));
}

const versions = ['prom-client', '@opentelemetry/exporter-prometheus'].map(
  (name) => `${name} ${versionOf(name)}`,
);
console.log(`${machine()}; ${versions.join(', ')}.\n`);
for (const count of series) await compareScrapes(Number(count));
await compareTexts();
