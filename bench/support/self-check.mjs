import { setTimeout as delay } from 'node:timers/promises';
import { Connections } from './load.mjs';

const REQUESTS = 25;
const TIMEOUT = 5000;

/**
 * Checks that a variant counts requests, by its own metrics: one that does not count would cost little. A variant without
 * metrics gets the same requests, so that all begin alike. A request may be counted just after its client has the response.
 *
 * @param {import('./server-process.mjs').ServerProcess} server
 */
export async function checkAtWork(server) {
  const before = await server.seen();
  const connection = await Connections.open(server.url, 1);
  await connection.send(REQUESTS);
  connection.close();
  if (before === undefined) return;
  const until = performance.now() + TIMEOUT;
  let seen = 0;
  do {
    seen = (await server.seen()) - before;
    if (seen === REQUESTS) return;
    await delay(10);
  } while (performance.now() < until);
  throw new Error(
    `'${server.variant}' on ${server.adapter} does not work: it has counted ${seen} of ${REQUESTS} requests.`,
  );
}
