import { describe, expect, it } from 'vitest';
import { SharedRun } from './shared-run.js';

/** Counts how many runs there are at the same time. */
function countedRun() {
  let [running, most, runs] = [0, 0, 0];
  const shared = new SharedRun(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return ++runs;
  });
  return { shared, most: () => most };
}

describe('a shared run', () => {
  it.each([0, 1, 2, 3, 4, 5])(
    'is once at a time, also for a caller that runs it again %i microtasks after its result',
    async (microtasks) => {
      const { shared, most } = countedRun();
      const again = async () => {
        await shared.run();
        for (let i = 0; i < microtasks; i++) await Promise.resolve();
        await shared.run();
      };
      await Promise.all([again(), shared.run(), again()]);
      expect(most()).toBe(1);
    },
  );

  it('begins after the call of everyone who gets its result, and is the same one for all who call meanwhile', async () => {
    const { shared } = countedRun();
    const first = shared.run();
    expect(await Promise.all([first, shared.run(), shared.run()])).toEqual([1, 2, 2]);
    expect(await shared.run()).toBe(3);
  });

  it('goes on after one that has failed', async () => {
    let runs = 0;
    const shared = new SharedRun(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (++runs === 1) throw new Error('full');
      return runs;
    });
    const failing = shared.run();
    const next = shared.run();
    await expect(failing).rejects.toThrow('full');
    expect(await next).toBe(2);
    expect(await shared.run()).toBe(3);
  });
});
