import type { DocumentFacts } from '../collection/snapshot.js';

/** When a process started, in milliseconds since 1970. */
export function startOf({ instance }: DocumentFacts): number {
  return Date.parse(instance.start_time);
}

/** When the oldest of these processes started. */
export function oldestStartOf(all: readonly DocumentFacts[]): number {
  // A process that has sent no facts yet has 0, and what another sends may be no time.
  return Math.min(...all.map(startOf).filter((time) => time > 0));
}
