import type { Clock } from './clock.js';
import { monotonicClock } from './clock.js';
import { realTimers } from './real-timers.js';

/**
 * Work that can be put down for a while: each `yield` is a place where it may be. Whoever writes one yields at
 * least every few hundred cheap steps.
 */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Milliseconds that a slice of work may take, before everybody else gets a turn. */
const SLICE = 2;

/**
 * Does sliced work without ever holding up the event loop for long: after each slice, the loop turns once. Work
 * that fits into one slice is done when this returns.
 */
export async function inSlices<T>(work: Sliced<T>, clock: Clock = monotonicClock): Promise<T> {
  let end = clock() + SLICE;
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (clock() < end) continue;
    await new Promise(realTimers.setImmediate);
    end = clock() + SLICE;
  }
}

/**
 * Like {@link inSlices}, for work without a result.
 *
 * @returns `undefined` if the work fitted into one slice and is done.
 */
export function startInSlices(work: Sliced<void>, clock: Clock = monotonicClock): Promise<void> | undefined {
  const end = clock() + SLICE;
  for (;;) {
    if (work.next().done === true) return undefined;
    if (clock() >= end) return new Promise(realTimers.setImmediate).then(() => inSlices(work, clock));
  }
}

/**
 * For work whose steps are waited for, and may all be done before the event loop turns: wait for what this gives after
 * each step.
 */
export function sliceEnds(clock: Clock = monotonicClock): () => Promise<void> {
  let end = clock() + SLICE;
  return async () => {
    if (clock() < end) return;
    await new Promise(realTimers.setImmediate);
    end = clock() + SLICE;
  };
}

/** So many cheap steps are done between two places where work can be put down. */
const STEPS = 256;

/** A sorted copy of a list of any length: runs of it are sorted, and merged in pairs. */
export function* sortSliced<T>(items: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  let runs: T[][] = [];
  for (let start = 0; start < items.length; start += STEPS) {
    runs.push(items.slice(start, start + STEPS).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(i + 1 < runs.length ? yield* mergeSliced(runs[i], runs[i + 1], compare) : runs[i]);
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergeSliced<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && compare(a[i], b[j]) <= 0);
    merged.push(takeA ? a[i++] : b[j++]);
    if (merged.length % STEPS === 0) yield;
  }
  return merged;
}
