/**
 * How many instructions a request takes the server's main thread, counted and not timed: see README.md beside this file.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ADAPTERS } from './support/adapters.mjs';
import { readFlags } from './support/flags.mjs';
import { Connections } from './support/load.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { checkAtWork } from './support/self-check.mjs';
import { ServerProcess } from './support/server-process.mjs';
import { table } from './support/table.mjs';
import { VARIANTS, variantsFor } from './support/variants.mjs';

/** Until V8 has compiled all of it, and what it compiled has settled. */
const WARM_UP_REQUESTS = 30_000;

/** Once callgrind counts, each piece of code is translated again when it is first run. */
const FIRST_REQUESTS = 300;

/**
 * V8 compiles on the main thread, so that what is compiled does not depend on how busy the machine is. No garbage collection
 * falls due while so few requests are counted, since the space for new objects is as large as it can be.
 */
const NODE_FLAGS = ['--single-threaded', '--min-semi-space-size=256', '--max-semi-space-size=256'];

const flags = readFlags({
  adapter: Object.keys(ADAPTERS),
  variant: Object.keys(VARIANTS).filter((variant) => variant !== 'bare'),
  requests: 1000,
  connections: 10,
});

try {
  execFileSync('valgrind', ['--version'], { stdio: 'ignore' });
} catch {
  console.error('This needs valgrind: apt-get install valgrind, on Linux.');
  process.exit(1);
}

console.log(`${machine()}; Nest ${versionOf('@nestjs/core')}.`);
for (const adapter of flags.adapter) {
  const bare = await instructionsOf(adapter, 'bare');
  const rows = [[VARIANTS.bare.title(), count(bare), '', '1']];
  for (const variant of variantsFor(adapter, flags.variant)) {
    const instructions = await instructionsOf(adapter, variant);
    rows.push([
      VARIANTS[variant].title(),
      count(instructions),
      count(instructions - bare),
      (instructions / bare).toFixed(3),
    ]);
  }
  const facts = `requests counted: ${flags.requests} over ${flags.connections} connections`;
  const head = ['', 'instructions per request', 'more than bare', 'x bare'];
  console.log(`\n${ADAPTERS[adapter].title()}, ${facts}\n\n${table(head, rows)}`);
}

/** @returns {Promise<number>} of one request */
async function instructionsOf(adapter, variant) {
  console.error(`${adapter}: ${variant} ...`);
  const directory = mkdtempSync(path.join(tmpdir(), 'instructions-'));
  const server = new ServerProcess(adapter, variant, callgrind(directory));
  let connections;
  try {
    await server.start();
    await checkAtWork(server);
    // Nothing is compiled yet, so there is no need of slow requests before it.
    await server.age();
    connections = await Connections.open(server.url, flags.connections);
    await connections.send(WARM_UP_REQUESTS);
    control(server, '--instr=on');
    await connections.send(FIRST_REQUESTS);
    control(server, '--zero');
    await connections.send(flags.requests);
    control(server, '--dump');
    return mainThreadTotal(directory) / flags.requests;
  } finally {
    connections?.close();
    await server.stop();
    rmSync(directory, { recursive: true });
  }
}

/** What runs Node under callgrind, which sees code that V8 makes anew, and begins to count when it is told to. */
function callgrind(directory) {
  return {
    execPath: 'valgrind',
    execArgv: [
      '--tool=callgrind',
      '--quiet',
      '--smc-check=all-non-file',
      '--instr-atstart=no',
      '--separate-threads=yes',
      `--callgrind-out-file=${path.join(directory, 'counted')}`,
      process.execPath,
      ...NODE_FLAGS,
    ],
  };
}

/** Tells callgrind what to do, and waits until it has done so. */
function control(server, command) {
  execFileSync('callgrind_control', [command, String(server.pid)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** What the first dump says of the first thread. */
function mainThreadTotal(directory) {
  const name = readdirSync(directory).find((file) => file.endsWith('.1-01'));
  const dump = name === undefined ? '' : readFileSync(path.join(directory, name), 'utf8');
  const [, total] = /^totals: ([1-9]\d*)$/m.exec(dump) ?? [];
  if (total === undefined) throw new Error('callgrind has not counted: see what it says above.');
  return Number(total);
}

function count(instructions) {
  return Math.round(instructions).toLocaleString('en');
}
