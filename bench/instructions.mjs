/**
 * Counts the instructions of the server's main thread for one request: see README.md beside this file.
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

/** After these, V8 has compiled and optimized the code of a request. */
const WARM_UP_REQUESTS = 30_000;

/** When callgrind starts to count, it translates each piece of code again at its first run. */
const FIRST_REQUESTS = 300;

/**
 * V8 compiles on the main thread, so that the load of the machine has no influence on what is compiled. The young
 * generation is so large that there is no garbage collection while the requests are counted.
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
    // Nothing is compiled yet, so no slow requests are needed before it.
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

/** Runs Node under callgrind, which detects code that V8 generates, and starts to count on command. */
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

/** Sends a command to callgrind, and waits until it is done. */
function control(server, command) {
  execFileSync('callgrind_control', [command, String(server.pid)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The total of the first thread in the first dump. */
function mainThreadTotal(directory) {
  const name = readdirSync(directory).find((file) => file.endsWith('.1-01'));
  const dump = name === undefined ? '' : readFileSync(path.join(directory, name), 'utf8');
  const [, total] = /^totals: ([1-9]\d*)$/m.exec(dump) ?? [];
  if (total === undefined) throw new Error('callgrind has not counted: see its output above.');
  return Number(total);
}

function count(instructions) {
  return Math.round(instructions).toLocaleString('en');
}
