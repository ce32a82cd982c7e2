import { readFile } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LoopStretches, STRETCH_WINDOW } from './loop-stretches.js';

describe('LoopStretches', () => {
  let [now, idle]: number[] = [];
  let samples: number[];
  let stretches: LoopStretches;

  const run = (ms: number) => void (now += ms);
  const wait = (ms: number) => {
    now += ms;
    idle += ms;
  };
  /** What was sampled since the last call, in milliseconds. */
  const seen = () => samples.splice(0).map((seconds) => Math.round(seconds * 1e6) / 1e3);

  beforeEach(() => {
    [now, idle, samples] = [1000, 500, []];
    stretches = new LoopStretches(
      (seconds) => samples.push(seconds),
      () => now,
      () => idle,
    );
    onTestFinished(() => stretches.stop());
    stretches.start();
    stretches.turn();
    seen();
  });

  it('are as long as the loop ran without turning', () => {
    run(20);
    stretches.turn();
    expect(seen()).toEqual([20]);
  });

  it('do not add up over turns, however busy the loop is', () => {
    for (let i = 0; i < 500; i++) {
      run(0.1);
      stretches.turn();
    }
    const all = seen();
    expect(Math.max(...all)).toBe(0.1);
    expect(all.length).toBeLessThanOrEqual(50 / STRETCH_WINDOW);
  });

  it('do not count what the loop has waited', () => {
    wait(5000);
    run(3);
    stretches.turn();
    expect(seen()).toEqual([3]);
  });

  it('end where the loop waits, even if there was no turn', () => {
    run(20);
    stretches.look();
    wait(100);
    run(8);
    stretches.turn();
    expect(seen()).toEqual([20]);
    run(20);
    stretches.look();
    run(15);
    stretches.look();
    wait(100);
    run(8);
    stretches.turn();
    expect(seen()).toEqual([35]);
  });

  it('give the longest one of each window, and no sample without a turn', () => {
    for (const ms of [1, 4, 2]) {
      run(ms);
      stretches.turn();
    }
    expect(seen()).toEqual([]);
    wait(STRETCH_WINDOW);
    stretches.turn();
    expect(seen()).toEqual([4]);
    stretches.collect();
    expect(seen()).toEqual([]);
  });

  it('are seen by whoever reads before they end, and once', () => {
    run(200);
    stretches.collect();
    expect(seen()).toEqual([200]);
    stretches.collect();
    run(1);
    stretches.turn();
    wait(100);
    stretches.turn();
    expect(seen()).toEqual([0]);
  });

  it('are seen as long as they were in the end, even if somebody read in the middle', () => {
    run(200);
    stretches.collect();
    run(100);
    stretches.turn();
    expect(seen()).toEqual([200, 300]);
  });

  it('are given before a read that finds nothing long going on', () => {
    run(9);
    stretches.turn();
    run(0.5);
    stretches.collect();
    expect(seen()).toEqual([9]);
  });
});

describe('LoopStretches of a real loop', () => {
  it('does not keep the loop from sleeping', async () => {
    let looks = 0;
    const stretches = new LoopStretches(
      () => {},
      () => (looks++, performance.now()),
    );
    stretches.start();
    onTestFinished(() => stretches.stop());
    const turns = () => performance.nodeTiming.uvMetricsInfo.loopCount;
    const before = turns();
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Other work of the test runner turns the loop too; an immediate that kept it awake would turn it thousands of times.
    expect(turns() - before).toBeLessThan(200);
    expect(looks).toBeGreaterThan(0);
  });

  it('is looked at in its turns, and not any more once that is stopped', async () => {
    let looks = 0;
    const stretches = new LoopStretches(
      () => {},
      () => (looks++, performance.now()),
    );
    const turns = async () => {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 3));
    };
    stretches.start();
    await turns();
    expect(looks).toBeGreaterThan(5);
    stretches.stop();
    const before = looks;
    await turns();
    stretches.collect();
    expect(looks).toBe(before);
  });

  it('tells a block of a timer from what comes in after the loop has waited', async () => {
    const samples: number[] = [];
    const stretches = new LoopStretches((seconds) => samples.push(seconds * 1000));
    stretches.start();
    onTestFinished(() => stretches.stop());
    const block = (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    let closest = Infinity;
    for (let attempt = 0; attempt < 5 && closest > 65; attempt++) {
      await new Promise<void>((resolve) => setTimeout(() => (block(50), resolve()), 5));
      await new Promise<void>((resolve) => readFile(import.meta.filename, () => (block(30), resolve())));
      stretches.collect();
      closest = Math.min(closest, Math.max(...samples.splice(0)));
    }
    expect(closest).toBeGreaterThanOrEqual(50);
    expect(closest).toBeLessThan(65);
  });

  it('sees a block in a loop that turns all the time', async () => {
    const samples: number[] = [];
    const stretches = new LoopStretches((seconds) => samples.push(seconds * 1000));
    stretches.start();
    onTestFinished(() => stretches.stop());
    const spinFor = async (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
    };
    let closest = Infinity;
    for (let attempt = 0; attempt < 5 && closest > 60; attempt++) {
      await spinFor(50);
      stretches.collect();
      samples.length = 0;
      const end = performance.now() + 50;
      while (performance.now() < end);
      await spinFor(30);
      stretches.collect();
      closest = Math.min(closest, Math.max(...samples));
    }
    expect(closest).toBeGreaterThanOrEqual(50);
    expect(closest).toBeLessThan(60);
  });
});
