/**
 * Sends requests to several processes, which are killed one after the other. At the end, the monitor must have counted all answered
 * requests, except those that may be missing of a killed process. No sum that it reports in the meantime may fall.
 *
 *   npm run test:load
 *   npm run test:load -- --requests=100000 --kills=5 --manager=cluster --adapter=express
 *
 * The requests are divided among all managers (node:cluster, pm2 in both modes) and adapters; each has this number of kills.
 */
import { readFlags } from '../bench/support/flags.mjs';
import { startCluster } from './processes/cluster.mjs';
import { freePorts } from './processes/free-port.mjs';
import { LoadGenerator } from './processes/load-generator.mjs';
import { Pm2 } from './processes/pm2.mjs';
import { getJson, readAll } from './processes/read.mjs';

const {
  requests,
  kills,
  workers,
  manager: managers,
  adapter: adapters,
} = readFlags({
  requests: 1_000_000,
  kills: 20,
  workers: 8,
  manager: ['cluster', 'pm2-cluster', 'pm2-fork'],
  adapter: ['express', 'fastify'],
});
const cells = managers.flatMap((manager) => adapters.map((adapter) => ({ manager, adapter })));

/** Requests answered in this many milliseconds before a kill may be missing. Includes the time that the last answers took to arrive. */
const MAY_MISS = 5500;

/** The history is not tested here. */
const OPTIONS = { history: false };

const pm2 = managers.some((manager) => manager.startsWith('pm2')) ? await Pm2.install() : undefined;
if (pm2 !== undefined) console.error(`pm2 ${pm2.version}`);
try {
  for (const cell of cells) {
    const result = await measure(cell, Math.ceil(requests / cells.length));
    console.log(JSON.stringify(result));
    if (!isCorrect(result)) process.exitCode = 1;
  }
} finally {
  pm2?.close();
}

/** A killed process may have counted requests whose answers were lost. */
function isCorrect({ answered, falls, missing, mayMiss, lost }) {
  return answered > 0 && falls === 0 && missing <= mayMiss && missing >= -lost;
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
    const counted = counters.work ?? 0;
    if (counted < progress.told) progress.falls++;
    const { answered, lost } = load;
    const { falls, mayMiss } = progress;
    const missing = answered - counted;
    const series = Object.keys(counters).length + Object.keys(histograms).length;
    const counts = { answered, lost, counted, missing, mayMiss, falls, series };
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

/** Reads continuously, from any of the processes: no sum may ever fall. */
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
