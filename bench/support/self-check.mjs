import { setTimeout as delay } from 'node:timers/promises';
import { Connections } from './load.mjs';

const REQUESTS = 25;
const PATIENCE = 5000;

/**
 * Makes sure that a variant is at work, by its own numbers: one that does not count would cost little. What has no numbers
 * gets the same requests, so that all begin alike. A request may be counted a moment after its client has the answer.
 *
 * @param {import('./server-process.mjs').ServerProcess} server
 */
export async function checkAtWork(server) {
  const before = await server.seen();
  const connection = await Connections.open(server.url, 1);
  await connection.send(REQUESTS);
  connection.close();
  if (before === undefined) return;
  const until = performance.now() + PATIENCE;
  let seen = 0;
  do {
    seen = (await server.seen()) - before;
    if (seen === REQUESTS) return;
    await delay(10);
  } while (performance.now() < until);
  throw new Error(
    `'${server.variant}' on ${server.adapter} is not at work: it has seen ${seen} of ${REQUESTS} requests.`,
  );
}
