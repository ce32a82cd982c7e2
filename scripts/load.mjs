/**
 * Sends requests to several processes, which are killed one after the other. What the monitor has counted at the end must be what was
 * answered, within what may be missing of a killed process, and no sum that it told meanwhile may fall.
 *
 *   npm run test:load
 *   npm run test:load -- --requests=100000 --kills=5 --manager=cluster --adapter=express
 *
 * The requests are shared by all managers (node:cluster, pm2 in both modes) and adapters; the kills are those of each.
 */
import { parseArgs } from 'node:util';
import { startCluster } from './processes/cluster.mjs';
import { freePorts } from './processes/free-port.mjs';
import { LoadGenerator } from './processes/load-generator.mjs';
import { Pm2 } from './processes/pm2.mjs';
import { getJson, readAll } from './processes/read.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '20' },
    workers: { type: 'string', default: '8' },
    manager: { type: 'string', default: 'cluster,pm2-cluster,pm2-fork' },
    adapter: { type: 'string', default: 'express,fastify' },
  },
});
const [requests, kills, workers] = [values.requests, values.kills, values.workers].map(Number);
const adapters = values.adapter.split(',');
const cells = values.manager
  .split(',')
  .flatMap((manager) => adapters.map((adapter) => ({ manager, adapter })));

/** Milliseconds that may be missing of a killed process, and what its last answers took to arrive here. */
const MAY_MISS = 5500;

/** The history is no part of this. */
const OPTIONS = { history: false };

const pm2 = values.manager.includes('pm2') ? await Pm2.install() : undefined;
if (pm2 !== undefined) console.error(`pm2 ${pm2.version}`);
try {
  for (const cell of cells) {
    const result = await measure(cell, Math.ceil(requests / cells.length));
    console.log(JSON.stringify(result));
    const { falls, missing, mayMiss, lost } = result;
    // A killed process may have counted requests whose answers were lost.
    if (falls > 0 || missing > mayMiss || missing < -lost) process.exitCode = 1;
  }
} finally {
  await pm2?.close();
}

async function start({ manager, adapter }) {
  const port = await freePorts(manager === 'pm2-fork' ? workers : 1);
  if (manager === 'cluster') return startCluster(adapter, workers, port, OPTIONS);
  const processes = await pm2.start(manager.replace('pm2-', ''), adapter, workers, port, OPTIONS);
  const close = async () => {
    await pm2.command('delete', 'all');
    processes.close();
  };
  return { processes, close };
}

async function measure(cell, total) {
  const { processes, close } = await start(cell);
  try {
    const ports = () => [...new Set(processes.ports.values())];
    const load = new LoadGenerator(ports);
    const progress = { told: 0, falls: 0, mayMiss: 0, isDone: false };
    const began = performance.now();
    const killing = killSome(processes, load, total, progress);
    const watching = watch(ports, progress);
    await load.run(total);
    await killing;
    progress.isDone = true;
    await watching;
    const seconds = Math.round((performance.now() - began) / 1000);
    const { counters, histograms } = await readAll(ports()[0], workers);
    if (counters.work < progress.told) progress.falls++;
    const { answered, lost } = load;
    const { falls, mayMiss } = progress;
    const missing = answered - counters.work;
    const series = Object.keys(counters).length + Object.keys(histograms).length;
    const counts = { answered, lost, counted: counters.work, missing, mayMiss, falls, series };
    return { ...cell, workers, requests: total, kills, seconds, ...counts };
  } finally {
    await close();
  }
}

async function killSome(processes, load, total, progress) {
  for (let i = 1; i <= kills; i++) {
    while (load.sent < (total * i) / (kills + 1)) await new Promise((resolve) => setTimeout(resolve, 10));
    const [pid] = processes.pids;
    process.kill(pid, 'SIGKILL');
    await processes.until(() => !processes.ports.has(pid));
    progress.mayMiss += load.answeredBy(pid, MAY_MISS);
    await processes.until(() => processes.pids.length === workers);
  }
}

/** Reads all the time, whichever process is hit: no sum may ever fall. */
async function watch(ports, progress) {
  while (!progress.isDone) {
    const all = ports();
    const port = all[Math.floor(Math.random() * all.length)];
    const document = port === undefined ? undefined : await getJson(port, '/monitor?reader=watcher');
    const work = document?.counters.work ?? progress.told;
    if (work < progress.told) {
      progress.falls++;
      console.error(`fell from ${progress.told} to ${work}: ${JSON.stringify(document.processes)}`);
    }
    progress.told = Math.max(progress.told, work);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
