import type { Clock } from './clock.js';
import { realClock } from './clock.js';
import { realTimers } from './real-timers.js';

/** Work that may be interrupted at each `yield`. It should yield at least every few hundred cheap steps. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Milliseconds of work between two iterations of the event loop. */
export const SLICE = 2;

/**
 * Runs sliced work without blocking the event loop: after each slice, the loop makes one iteration. Work that fits into
 * one slice is done when this returns.
 */
export async function inSlices<T>(work: Sliced<T>, clock: Clock = realClock): Promise<T> {
  let end = clock() + SLICE;
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (clock() < end) continue;
    await nextIteration();
    end = clock() + SLICE;
  }
}

/**
 * Like {@link inSlices}, for work without a result.
 *
 * @returns `undefined` if the work fitted into one slice and is done.
 */
export function startInSlices(work: Sliced<void>, clock: Clock = realClock): Promise<void> | undefined {
  const end = clock() + SLICE;
  for (;;) {
    if (work.next().done === true) return undefined;
    if (clock() >= end) return nextIteration().then(() => inSlices(work, clock));
  }
}

/**
 * For asynchronous work whose steps may all complete without an iteration of the event loop in between: await the
 * returned function after each step.
 */
export function sliceEnds(clock: Clock = realClock): () => Promise<void> {
  let end = clock() + SLICE;
  return async () => {
    if (clock() < end) return;
    await nextIteration();
    end = clock() + SLICE;
  };
}

export function nextIteration(): Promise<void> {
  return new Promise(realTimers.setImmediate);
}

/** Cheap steps between two places where the work may be interrupted. */
const STEPS = 256;

/** Sorts a list of any length: short runs of it are sorted, then merged in pairs. Stable; the list is not changed. */
export function* sortSliced<T>(items: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  let runs: T[][] = [];
  for (let start = 0; start < items.length; start += STEPS) {
    runs.push(items.slice(start, start + STEPS).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [first, second] = [runs[i] ?? [], runs[i + 1]];
      merged.push(second === undefined ? first : yield* mergeSliced(first, second, compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergeSliced<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && compare(a[i] as T, b[j] as T) <= 0);
    merged.push((takeA ? a[i++] : b[j++]) as T);
    if (merged.length % STEPS === 0) yield;
  }
  return merged;
}
