import { performance } from 'node:perf_hooks';

/**
 * Measures everything once in each round, in a new random order each time: what disturbs the machine for a while
 * hits all of it, and nothing always comes after the same other thing.
 *
 * @param {Record<string, () => number | Promise<number>>} measures what to measure, by name
 * @param {{ rounds?: number, until?: number }} bounds how many rounds, or the moment on `performance`'s clock at
 * which no further round begins; there is one in any case
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
