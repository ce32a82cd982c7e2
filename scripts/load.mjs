// npm run test:load: requests from a load generator at a cluster of 8, whose workers are killed one after the other. What the monitor has
// counted at the end must be what the generator got answered, within what may be missing of a killed process.
//
// load.mjs [--requests=1000000] [--kills=20] [--workers=8] [--adapter=express]
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '20' },
    workers: { type: 'string', default: '8' },
    adapter: { type: 'string', default: 'express' },
  },
});
const [requests, kills, workers] = [values.requests, values.kills, values.workers].map(Number);
const SCRIPT = fileURLToPath(new URL('../test/scripts/cluster.mjs', import.meta.url));

const primary = spawn(process.execPath, [SCRIPT, values.adapter, String(workers), '{"history":false}'], {
  stdio: ['pipe', 'pipe', 'ignore'],
});
const pids = new Set();
let port = 0;
let wake = () => {};
createInterface({ input: primary.stdout }).on('line', (line) => {
  if (!line.startsWith('{')) return;
  const event = JSON.parse(line);
  if (event.event === 'listening') pids.add(event.pid);
  if (event.event === 'exit') pids.delete(event.pid);
  port = event.port ?? port;
  wake();
});
async function until(condition) {
  while (!condition()) await new Promise((resolve) => (wake = resolve));
}
await until(() => pids.size === workers);

/** @returns what was answered; `undefined` if the connection was lost. */
function get(path, agent) {
  return new Promise((resolve) => {
    const sent = request({ port, path, agent }, (response) => {
      let body = '';
      response.on('data', (piece) => (body += piece));
      response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(body) : undefined));
      response.on('error', () => resolve(undefined));
    });
    sent.on('error', () => resolve(undefined));
    sent.end();
  });
}

/** The document, when nobody is late. */
async function read() {
  for (;;) {
    const document = await get('/monitor', false);
    if (document?.processes?.every(({ state }) => state !== 'late')) return document;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const answered = { total: 0, lost: 0, byPid: new Map() };
const begin = Date.now();
let sent = 0;
let told = 0;
let falls = 0;
/** Answered by killed ones in their last 5 seconds: so much may be missing. */
let mayMiss = 0;
const recent = [];

async function client() {
  while (sent < requests) {
    sent++;
    const body = await get('/work', agent);
    if (body === undefined) {
      answered.lost++;
      continue;
    }
    answered.total++;
    recent.push({ pid: body.pid, at: Date.now() });
    if (recent.length > 400_000) recent.splice(0, 200_000);
  }
}

async function killer() {
  for (let i = 1; i <= kills; i++) {
    const at = (requests * i) / (kills + 1);
    while (sent < at) await new Promise((resolve) => setTimeout(resolve, 10));
    const [pid] = pids;
    primary.stdin.write(`kill ${pid}\n`);
    await until(() => !pids.has(pid));
    const now = Date.now();
    mayMiss += recent.filter((one) => one.pid === pid && now - one.at <= 5500).length;
    primary.stdin.write('fork\n');
    await until(() => pids.size === workers);
  }
}

/** Reads all the time: no sum may ever fall. */
async function watcher() {
  while (sent < requests) {
    const document = await get('/monitor?reader=watcher', false);
    const work = document?.counters.work ?? told;
    if (work < told) {
      falls++;
      console.error(`fell from ${told} to ${work}: ${JSON.stringify(document.processes)}`);
    }
    told = Math.max(told, work);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

await Promise.all([...Array.from({ length: 64 }, client), killer(), watcher()]);
const { counters, histograms } = await read();
primary.stdin.end();
agent.destroy();
const missing = answered.total - counters.work;
const result = {
  requests,
  kills,
  workers,
  adapter: values.adapter,
  seconds: Math.round((Date.now() - begin) / 1000),
  answered: answered.total,
  lost: answered.lost,
  counted: counters.work,
  missing,
  mayMiss,
  falls,
  series: Object.keys(counters).length + Object.keys(histograms).length,
};
console.log(JSON.stringify(result));
// A killed worker may have counted requests whose answers were lost.
const isRight = falls === 0 && missing <= mayMiss && missing >= -answered.lost;
if (!isRight) process.exitCode = 1;
