/**
 * Tests four processes under a real pm2, which is installed from npm for this script, in both of its modes, with Express and with
 * Fastify: each process answers for all, with exact sums, and a reload, a restart or a killed process loses no counts.
 *
 *   npm run test:pm2
 *   npm run test:pm2 -- --mode=fork --adapter=fastify
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFlags } from '../bench/support/flags.mjs';
import { freePorts } from './processes/free-port.mjs';
import { LoadGenerator } from './processes/load-generator.mjs';
import { Pm2 } from './processes/pm2.mjs';
import { getJson, readAll } from './processes/read.mjs';

const flags = readFlags({ mode: ['cluster', 'fork'], adapter: ['express', 'fastify'] });
const INSTANCES = 4;
const REQUESTS = 500;

const pm2 = await Pm2.install();
try {
  for (const mode of flags.mode) {
    for (const adapter of flags.adapter) {
      const began = performance.now();
      const said = await check(mode, adapter);
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`ok  pm2 ${pm2.version}, ${mode} mode, ${adapter}: ${said} (${seconds} s)`);
    }
  }
} finally {
  pm2.close();
}

async function check(mode, adapter) {
  const port = await freePorts(mode === 'fork' ? INSTANCES : 1);
  const processes = await pm2.start(mode, adapter, INSTANCES, port);
  const ports = () => [...new Set(processes.ports.values())];
  const load = new LoadGenerator(ports);
  const sum = async () => (await readAll(ports()[0], INSTANCES)).counters.work;

  // The sum is exact, whichever process answers, and so is the sum of the single processes.
  await load.run(REQUESTS);
  assert.equal(load.answered, REQUESTS);
  const readers = new Set();
  for (let i = 0; readers.size < INSTANCES; i++) {
    const { counters, instance, processes: listed } = await readAll(ports()[i % ports().length], INSTANCES);
    assert.equal(counters.work, REQUESTS);
    assert.deepEqual(new Set(listed.map(({ pid }) => pid)), new Set(processes.pids));
    readers.add(instance.pid);
  }
  let single = 0;
  for (const pid of processes.pids) {
    const { counters, instance } = await getJson(ports()[0], `/monitor?process=${pid}`);
    assert.equal(instance.pid, pid);
    assert.ok(counters.work > 0);
    single += counters.work;
  }
  assert.equal(single, REQUESTS);

  // A reload, and a restart, while requests are sent.
  for (const command of ['reload', 'restart']) {
    const before = processes.pids;
    const loading = load.run(Infinity, 8);
    await pm2.command(command, 'shop');
    await processes.until(
      () => processes.pids.length === INSTANCES && !processes.pids.some((pid) => before.includes(pid)),
    );
    load.stop();
    await loading;
    const counted = await sum();
    // Requests on a connection that ended may have been counted.
    assert.ok(
      counted >= load.answered && counted <= load.answered + load.lost,
      `${command}: ${counted}, ${told(load)}`,
    );
  }

  // Numbers that a killed process has reported before are not lost.
  const before = await sum();
  const [killed] = processes.pids;
  process.kill(killed, 'SIGKILL');
  await processes.until(() => processes.pids.length === INSTANCES && !processes.ports.has(killed));
  const { counters, processes: listed } = await readAll(ports()[0], INSTANCES);
  assert.equal(counters.work, before);
  assert.ok(listed.some(({ pid, state }) => pid === killed && state === 'ended'));

  await pm2.command('delete', 'shop');
  processes.close();
  assert.deepEqual(leftFiles(), []);
  return `${told(load)}, ${before} counted`;
}

function told({ answered, lost }) {
  return `${answered} requests answered, ${lost} lost`;
}

/** The files that the groups have left behind. */
function leftFiles() {
  const entries = readdirSync(pm2.temporary, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}
