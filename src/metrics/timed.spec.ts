import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { timed } from './timed.js';

describe('timed work', () => {
  let now = 0;
  const took: number[] = [];
  const run = <T>(work: () => T): T => {
    now = 0;
    took.length = 0;
    return timed(
      work,
      (seconds) => took.push(seconds),
      () => now,
    );
  };

  it('gives its result at once when it has one, and the seconds that it took', () => {
    const result = { some: 'result' };
    expect(run(() => ((now = 250), result))).toBe(result);
    expect(took).toEqual([0.25]);
  });

  it('throws what it throws, and says how long that took', () => {
    const error = new Error('broken');
    const throwing = () =>
      run(() => {
        now = 100;
        throw error;
      });
    expect(throwing).toThrow(error);
    expect(took).toEqual([0.1]);
  });

  it('is timed until its promise settles, which gives what it gave', async () => {
    const result = { some: 'result' };
    let resolve = (_value: unknown): void => {};
    const promise = run(() => new Promise((settle) => (resolve = settle)));
    expect(took).toEqual([]);
    now = 2_000;
    resolve(result);
    expect(await promise).toBe(result);
    expect(took).toEqual([2]);
  });

  it('is timed until its promise rejects, with what it rejected with', async () => {
    const error = new Error('broken');
    await expect(run(() => Promise.reject(error))).rejects.toBe(error);
    expect(took).toEqual([0]);
  });

  it('waits for anything that can be awaited', async () => {
    // oxlint-disable-next-line unicorn/no-thenable
    const thenable = { then: (resolve: (value: string) => void) => resolve('result') };
    expect(await run(() => thenable)).toBe('result');
    expect(took).toEqual([0]);
  });

  it('does not hide an unhandled rejection', async () => {
    const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
    const listeners = process.listeners('unhandledRejection').slice(0, -1);
    listeners.forEach((listener) => process.off('unhandledRejection', listener));
    onTestFinished(() => listeners.forEach((listener) => process.on('unhandledRejection', listener)));
    const error = new Error('nobody cares');
    void run(() => Promise.reject(error));
    expect(await unhandled).toBe(error);
    vi.restoreAllMocks();
  });

  // oxlint-disable-next-line unicorn/no-thenable
  it.each([null, undefined, 0, '', { then: 7 }])('gives %j as it is', (value) => {
    expect(run(() => value)).toBe(value);
  });
});
