/**
 * Four processes under a real pm2, which is installed from npm for this alone, in both of its modes, with Express and with Fastify: whichever
 * is read answers for all, exactly, and neither a reload nor a restart nor a process that is killed loses what was counted.
 *
 *   npm run test:pm2
 *   npm run test:pm2 -- --mode=fork --adapter=fastify
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts } from './processes/free-port.mjs';
import { LoadGenerator } from './processes/load-generator.mjs';
import { Pm2 } from './processes/pm2.mjs';
import { getJson, readAll } from './processes/read.mjs';

const { values } = parseArgs({
  options: {
    mode: { type: 'string', default: 'cluster,fork' },
    adapter: { type: 'string', default: 'express,fastify' },
  },
});
const INSTANCES = 4;
const REQUESTS = 500;

const pm2 = await Pm2.install();
try {
  for (const mode of values.mode.split(',')) {
    for (const adapter of values.adapter.split(',')) {
      const began = performance.now();
      const said = await check(mode, adapter);
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`ok  pm2 ${pm2.version}, ${mode} mode, ${adapter}: ${said} (${seconds} s)`);
    }
  }
} finally {
  await pm2.close();
}

async function check(mode, adapter) {
  const port = await freePorts(mode === 'fork' ? INSTANCES : 1);
  const processes = await pm2.start(mode, adapter, INSTANCES, port);
  const ports = () => [...new Set(processes.ports.values())];
  const load = new LoadGenerator(ports);
  const sum = async () => (await readAll(ports()[0], INSTANCES)).counters.work;

  // Exact, whichever is read, and one by one.
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
    // What was sent on a connection that ended may have been counted.
    assert.ok(
      counted >= load.answered && counted <= load.answered + load.lost,
      `${command}: ${counted}, ${told(load)}`,
    );
  }

  // One that is killed takes nothing with it that somebody was told.
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

/** What the groups have left. */
function leftFiles() {
  const entries = readdirSync(pm2.temporary, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}
