import { performance } from 'node:perf_hooks';

/**
 * Measures everything once per round, in a new random order each time: other load on the machine affects all of it alike, and
 * none of it always runs after the same other one.
 *
 * @param {Record<string, () => number | Promise<number>>} measures what to measure, by name
 * @param {{ rounds?: number, until?: number }} bounds the number of rounds, or the time of `performance.now()`
 * after which no further round begins; there is at least one
 * @returns {Promise<Record<string, number[]>>} the result of each round, by name
 */
export async function measureInTurns(measures, { rounds = Infinity, until = Infinity }) {
  const names = Object.keys(measures);
  /** @type {Record<string, number[]>} */
  const results = Object.fromEntries(names.map((name) => [name, []]));
  let round = 0;
  do {
    for (const name of shuffled(names)) results[name].push(await measures[name]());
    round++;
  } while (round < rounds && performance.now() < until);
  return results;
}

/** @param {string[]} names */
function shuffled(names) {
  return names
    .map((name) => ({ name, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ name }) => name);
}
