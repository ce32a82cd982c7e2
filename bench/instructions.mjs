/**
 * Counts the instructions of the server's main thread for one request: see README.md beside this file.
 */
import { ADAPTERS } from './support/adapters.mjs';
import { Callgrind, requireValgrind } from './support/callgrind.mjs';
import { readFlags } from './support/flags.mjs';
import { Connections } from './support/load.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { checkAtWork } from './support/self-check.mjs';
import { ServerProcess } from './support/server-process.mjs';
import { table } from './support/table.mjs';
import { VARIANTS, variantsFor } from './support/variants.mjs';

/** After these, V8 has compiled and optimized the code of a request. */
const WARM_UP_REQUESTS = 30_000;

const flags = readFlags({
  adapter: Object.keys(ADAPTERS),
  variant: Object.keys(VARIANTS).filter((variant) => variant !== 'bare'),
  requests: 1000,
  connections: 10,
});

requireValgrind();
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

/** @returns {Promise<number>} the instructions of one request */
async function instructionsOf(adapter, variant) {
  console.error(`${adapter}: ${variant} ...`);
  const callgrind = new Callgrind();
  const server = new ServerProcess(adapter, variant, callgrind.runner);
  let connections;
  try {
    await server.start();
    await checkAtWork(server);
    // Nothing is compiled yet, so no slow requests are needed before it.
    await server.age();
    connections = await Connections.open(server.url, flags.connections);
    const send = (requests) => connections.send(requests);
    const counts = { warmUp: WARM_UP_REQUESTS, requests: flags.requests };
    return await callgrind.count(server.pid, send, counts);
  } finally {
    connections?.close();
    await server.stop();
    callgrind.remove();
  }
}

function count(instructions) {
  return Math.round(instructions).toLocaleString('en');
}
