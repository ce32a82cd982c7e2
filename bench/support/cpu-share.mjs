import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Measures which share of one core each server uses. All are measured at the same time, so that other load on the
 * machine affects all of them alike.
 *
 * @param {readonly import('./server-process.mjs').ServerProcess[]} servers
 * @param {{ seconds: number, rounds: number }} duration the seconds of all rounds together
 * @returns {Promise<number[][]>} for each server, the share in each round
 */
export async function measureShares(servers, { seconds, rounds }) {
  const shares = servers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const before = await Promise.all(servers.map((server) => server.cpu()));
    await sleep((seconds * 1000) / rounds);
    const after = await Promise.all(servers.map((server) => server.cpu()));
    const elapsed = (performance.now() - start) * 1000;
    servers.forEach((_server, i) => shares[i].push((after[i] - before[i]) / elapsed));
  }
  return shares;
}

/** @param {number} share of a core */
export function percent(share) {
  return `${(share * 100).toFixed(2)} %`;
}
