/**
 * The additional cost of an outgoing HTTP request that is measured, by the monitor and by OpenTelemetry's instrumentations. See
 * README.md beside this file.
 */
import { Callgrind, requireValgrind } from './support/callgrind.mjs';
import { readFlags } from './support/flags.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { OutgoingClient, startServer, VARIANTS } from './support/outgoing-client.mjs';
import { listenerCosts } from './support/outgoing-listeners.mjs';
import { quantile, ratios, summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';
import { measureInTurns } from './support/turns.mjs';

/** After these, V8 has compiled and optimized the code of a request. */
const WARM_UP_REQUESTS = 8000;

const flags = readFlags({
  in: ['time', 'instructions'],
  client: ['fetch', 'http'],
  variant: Object.keys(VARIANTS).filter((variant) => variant !== 'bare'),
  requests: 3000,
  rounds: 15,
  warmup: 5,
});
const variants = ['bare', ...flags.variant];

if (flags.in.includes('instructions')) requireValgrind();
const server = await startServer();
const versions = ['http', 'undici']
  .map((name) => `instrumentation-${name} ${versionOf(`@opentelemetry/instrumentation-${name}`)}`)
  .join(', ');
console.log(`${machine()}; ${versions}.`);
try {
  if (flags.in.includes('time')) {
    const costs = await listenerCosts();
    for (const client of flags.client) {
      console.log(`\nThe monitor's own work for one request by ${client}: ${costs[client].toFixed(1)} µs.`);
      console.log(`\n${await compareTimes(client)}`);
    }
  }
  if (flags.in.includes('instructions')) {
    for (const client of flags.client) console.log(`\n${await compareInstructions(client)}`);
  }
} finally {
  server.stop();
}

async function compareTimes(client) {
  const clients = {};
  for (const variant of variants) clients[variant] = await OutgoingClient.start(variant, client, server.url);
  const measures = Object.fromEntries(
    variants.map((variant) => [variant, () => clients[variant].send(flags.requests)]),
  );
  await measureInTurns(measures, { rounds: flags.warmup });
  const results = await measureInTurns(measures, { rounds: flags.rounds });
  for (const one of Object.values(clients)) {
    await one.check();
    one.stop();
  }
  const bare = quantile(results.bare, 0.2);
  const rows = variants.map((variant) => {
    const { low, median, high } = summarize(ratios(results[variant], results.bare));
    const undisturbed = quantile(results[variant], 0.2);
    return [
      VARIANTS[variant],
      `${undisturbed.toFixed(1)} µs`,
      variant === 'bare' ? '' : `${(undisturbed - bare).toFixed(1)} µs`,
      variant === 'bare' ? '1' : `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
    ];
  });
  return table([titleOf(client), 'CPU of a request', 'more', 'x not measured'], rows);
}

async function compareInstructions(client) {
  let bare;
  const rows = [];
  for (const variant of variants) {
    console.error(`${client}: ${variant} ...`);
    const instructions = await instructionsOf(variant, client);
    bare ??= instructions;
    rows.push([
      VARIANTS[variant],
      count(instructions),
      variant === 'bare' ? '' : count(instructions - bare),
      (instructions / bare).toFixed(3),
    ]);
  }
  return table([titleOf(client), 'instructions of a request', 'more', 'x not measured'], rows);
}

/** @returns {Promise<number>} the instructions of one request */
async function instructionsOf(variant, client) {
  const callgrind = new Callgrind();
  let process;
  try {
    process = await OutgoingClient.start(variant, client, server.url, callgrind.runner);
    const send = (requests) => process.send(requests);
    const counts = { warmUp: WARM_UP_REQUESTS, requests: flags.requests };
    const instructions = await callgrind.count(process.pid, send, counts);
    await process.check();
    return instructions;
  } finally {
    process?.stop();
    callgrind.remove();
  }
}

function titleOf(client) {
  return client === 'fetch' ? 'fetch()' : 'node:http';
}

function count(instructions) {
  return Math.round(instructions).toLocaleString('en');
}
