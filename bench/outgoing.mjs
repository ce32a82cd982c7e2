/**
 * What an outgoing HTTP request costs more when it is measured, by the monitor and by OpenTelemetry's instrumentations. See
 * README.md beside this file.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { listenerCosts } from './support/outgoing-listeners.mjs';
import { readFlags } from './support/flags.mjs';
import { machine, versionOf } from './support/machine.mjs';
import { quantile, ratios, summarize } from './support/stats.mjs';
import { table } from './support/table.mjs';
import { measureInTurns } from './support/turns.mjs';

const CLIENT = fileURLToPath(new URL('support/outgoing-process.mjs', import.meta.url));
const SERVER = `
  const server = require('node:http').createServer((request, response) => response.end('ok'));
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
`;
const NAMES = {
  bare: 'not measured',
  again: 'not measured, a second time',
  monitor: 'nestjs-monitor',
  opentelemetry: "OpenTelemetry's instrumentation, metrics only",
};

const flags = readFlags({ client: ['fetch', 'http'], requests: 3000, rounds: 15, warmup: 5 });

const server = fork('-e', [SERVER], { execPath: process.execPath, execArgv: [] });
const [port] = await once(server, 'message');
const versions = ['http', 'undici']
  .map((name) => `instrumentation-${name} ${versionOf(`@opentelemetry/instrumentation-${name}`)}`)
  .join(', ');
console.log(`${machine()}; ${versions}.`);
const costs = await listenerCosts();
for (const client of flags.client) {
  console.log(`\nThe monitor's own work for one request by ${client}: ${costs[client].toFixed(1)} µs.`);
  console.log(`\n${await compare(client)}`);
}
server.kill();

async function compare(client) {
  const processes = {};
  for (const variant of Object.keys(NAMES)) {
    processes[variant] = fork(CLIENT, [variant, client, `http://127.0.0.1:${port}/`]);
    await once(processes[variant], 'message');
  }
  const round = async (variant) => {
    processes[variant].send({ requests: flags.requests });
    const [{ microseconds, seen }] = await once(processes[variant], 'message');
    if (!['bare', 'again'].includes(variant) && seen < flags.requests) {
      throw new Error(`${variant} has seen ${seen} requests by ${client}`);
    }
    return microseconds;
  };
  const measures = Object.fromEntries(Object.keys(NAMES).map((variant) => [variant, () => round(variant)]));
  await measureInTurns(measures, { rounds: flags.warmup });
  const results = await measureInTurns(measures, { rounds: flags.rounds });
  for (const child of Object.values(processes)) child.kill();
  const bare = quantile(results.bare, 0.2);
  const rows = Object.entries(NAMES).map(([variant, name]) => {
    const { low, median, high } = summarize(ratios(results[variant], results.bare));
    const undisturbed = quantile(results[variant], 0.2);
    return [
      name,
      `${undisturbed.toFixed(1)} µs`,
      variant === 'bare' ? '' : `${(undisturbed - bare).toFixed(1)} µs`,
      variant === 'bare' ? '1' : `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
    ];
  });
  const title = client === 'fetch' ? 'fetch()' : 'node:http';
  return table([title, 'CPU of a request', 'more', 'x not measured'], rows);
}
