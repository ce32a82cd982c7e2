/**
 * The cost of readers that never read their responses: memory, and how long the application's own requests wait meanwhile.
 * See README.md beside this file.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readFlags } from './support/flags.mjs';
import { machine } from './support/machine.mjs';
import { quantile } from './support/stats.mjs';
import { table } from './support/table.mjs';

const CHILD = fileURLToPath(new URL('support/readers-process.mjs', import.meta.url));
/** A route of the application shows the cost of the connections alone. */
const PATHS = { JSON: '/monitor', text: '/monitor/prometheus', '/ping': '/ping' };
const LOADS = { '100x100000': [100, 100_000], '500x10000': [500, 10_000] };
const { loads, seconds } = readFlags({ loads: Object.keys(LOADS), seconds: 10 });

/** Sends a request, and reads only the head of the response. */
async function stall(url) {
  const request = get(url, { agent: false }).on('error', () => {});
  const [response] = await once(request, 'response');
  response.on('error', () => {}).pause();
  return { status: response.statusCode, leave: () => response.destroy() };
}

/** The milliseconds that each request of the application took, one after the other, until `isOver`. */
async function pings(url, isOver) {
  const times = [];
  while (!isOver()) {
    const begin = performance.now();
    // Without keep-alive: a busy client may reuse a connection that the server has just closed.
    await (await fetch(`${url}/ping`, { headers: { connection: 'close' } })).text();
    times.push(performance.now() - begin);
    await delay(5);
  }
  return times;
}

async function measure(readers, series, path) {
  const child = fork(CHILD, [String(series)], { execArgv: ['--expose-gc', '--no-warnings'] });
  const ask = async (question) => {
    child.send(question);
    return (await once(child, 'message'))[0].answer;
  };
  const [{ answer: url }] = await once(child, 'message');
  // The first reads are not compiled yet.
  for (let i = 0; i < 3; i++) await (await fetch(url + path)).arrayBuffer();
  const { rss } = await ask('collect');
  let isOver = false;
  const latencies = pings(url, () => isOver);
  const begin = performance.now();
  const stalled = await Promise.all(
    Array.from({ length: readers }, (_, i) => stall(`${url}${path}?reader=r${i}`)),
  );
  await delay(Math.max(0, seconds * 1000 - (performance.now() - begin)));
  isOver = true;
  const times = await latencies;
  const { peak } = await ask('memory');
  const served = stalled.filter(({ status }) => status === 200).length;
  for (const { leave } of stalled) leave();
  child.kill();
  await once(child, 'exit');
  const mb = (bytes) => `${Math.round(bytes / 1e6)} MB`;
  const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  return [
    `${served} and ${readers - served}`,
    mb(rss),
    mb(peak),
    ms(quantile(times, 0.5)),
    ms(quantile(times, 0.99)),
    ms(Math.max(...times)),
  ];
}

console.log(`${machine()}\n`);
const rows = [];
for (const load of loads) {
  const [readers, series] = LOADS[load];
  for (const [name, path] of Object.entries(PATHS)) {
    rows.push([`${readers} readers, ${series} series, ${name}`, ...(await measure(readers, series, path))]);
  }
}
console.log(
  table(['', 'served and refused', 'memory before', 'at most', 'request, median', '99 %', 'longest'], rows),
);
