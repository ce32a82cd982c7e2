import { createHook } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * Tracks the timers that files of `src/` start during this test. This includes `unref`ed ones, which neither
 * `process.getActiveResourcesInfo()` nor fake timers report.
 *
 * @returns a function that returns the stacks of those that run.
 */
export function followOwnTimers(): () => Promise<string[]> {
  const running = new Map<number, string>();
  const hook = createHook({
    init(id, type) {
      if (type !== 'Timeout') return;
      const stack = new Error(type).stack ?? '';
      if (stack.includes(SOURCES)) running.set(id, stack);
    },
    destroy: (id) => void running.delete(id),
  }).enable();
  onTestFinished(() => void hook.disable());
  return async () => {
    // Node reports cleared timers in a later phase of the event loop.
    await setImmediate();
    await setImmediate();
    return [...running.values()];
  };
}
