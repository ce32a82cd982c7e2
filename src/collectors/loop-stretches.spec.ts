import { readFile } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LoopStretches, STRETCH_WINDOW } from './loop-stretches.js';

describe('LoopStretches', () => {
  let [now, idle, turns]: number[] = [];
  let samples: number[];
  let stretches: LoopStretches;

  const run = (ms: number) => void (now += ms);
  const wait = (ms: number) => {
    now += ms;
    idle += ms;
  };
  const turn = () => {
    turns++;
    stretches.turn();
  };
  /** What was sampled since the last call, in milliseconds. */
  const seen = () => samples.splice(0).map((seconds) => Math.round(seconds * 1e6) / 1e3);

  beforeEach(() => {
    [now, idle, turns, samples] = [1000, 500, 0, []];
    stretches = new LoopStretches(
      (seconds) => samples.push(seconds),
      () => now,
      () => idle,
      () => turns,
    );
    onTestFinished(() => stretches.stop());
    stretches.start();
    turn();
    stretches.collect();
    seen();
  });

  it('are as long as the loop ran without turning', () => {
    run(20);
    turn();
    expect(seen()).toEqual([20]);
  });

  it('do not add up over turns, however busy the loop is', () => {
    for (let i = 0; i < 500; i++) {
      run(0.1);
      turn();
    }
    const all = seen();
    expect(Math.max(...all)).toBe(0.1);
    expect(all.length).toBeLessThanOrEqual(50 / STRETCH_WINDOW);
  });

  it('do not count what the loop has waited', () => {
    wait(5000);
    run(3);
    turn();
    expect(seen()).toEqual([3]);
  });

  it('end where the loop waits, even if there was no turn', () => {
    run(20);
    stretches.look();
    wait(100);
    run(8);
    turn();
    expect(seen()).toEqual([20]);
    run(20);
    stretches.look();
    run(15);
    stretches.look();
    wait(100);
    run(8);
    turn();
    expect(seen()).toEqual([35]);
  });

  it('give the longest one of each window, and no sample without a turn', () => {
    for (const ms of [1, 4, 2]) {
      run(ms);
      turn();
    }
    expect(seen()).toEqual([]);
    wait(STRETCH_WINDOW);
    turn();
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
    turn();
    wait(100);
    turn();
    expect(seen()).toEqual([0]);
  });

  it('are seen as long as they were in the end, even if somebody read in the middle', () => {
    run(200);
    stretches.collect();
    run(100);
    turn();
    expect(seen()).toEqual([200, 300]);
  });

  it('are given before a read that finds nothing long going on', () => {
    run(9);
    turn();
    run(0.5);
    stretches.collect();
    expect(seen()).toEqual([9]);
  });

  it('are given when that is stopped, and begin anew when it is started again', () => {
    run(200);
    stretches.collect();
    run(100);
    stretches.stop();
    expect(seen()).toEqual([200, 300]);
    run(500);
    stretches.start();
    run(100);
    turn();
    expect(seen()).toEqual([100]);
  });

  describe('of quick turns, which are looked at many at a time', () => {
    beforeEach(() => {
      for (let i = 0; i < 50; i++) {
        run(0.25);
        turn();
      }
      stretches.collect();
      seen();
    });

    it('are as long as the longest of them, with one sample in each window', () => {
      for (const block of [0, 30, 0]) {
        run(15 * 0.25 + block);
        turns += 15;
        stretches.lookAtMany();
      }
      wait(STRETCH_WINDOW);
      turn();
      const all = seen();
      expect(Math.max(...all)).toBeCloseTo(30.25, 2);
      expect(all.length).toBeLessThanOrEqual(1 + (45 * 0.25 + 30) / STRETCH_WINDOW);
    });

    it('are seen by whoever reads before they end, and once', () => {
      run(10 * 0.25);
      turns += 10;
      stretches.collect();
      expect(seen()).toEqual([]);
      run(40);
      stretches.collect();
      expect(Math.max(...seen())).toBeCloseTo(40.25, 0);
      stretches.collect();
      run(0.25);
      turns++;
      stretches.lookAtMany();
      stretches.collect();
      expect(seen()).toEqual([]);
    });

    it('are given when that is stopped', () => {
      run(3 * 0.25 + 80);
      turns += 3;
      stretches.stop();
      expect(Math.max(...seen())).toBeCloseTo(80.25, 0);
    });

    it('are measured one by one again after a long one', () => {
      run(15 * 0.25 + 30);
      turns += 15;
      stretches.lookAtMany();
      seen();
      run(3);
      turn();
      run(1);
      turn();
      wait(STRETCH_WINDOW);
      turn();
      expect(seen()).toEqual([3]);
    });
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
    let fewest = Infinity;
    // The test runner turns the loop as well, when it says how the tests go.
    for (let attempt = 0; attempt < 5 && fewest > 50; attempt++) {
      const before = turns();
      await new Promise((resolve) => setTimeout(resolve, 50));
      fewest = Math.min(fewest, turns() - before);
    }
    expect(fewest).toBeLessThanOrEqual(50);
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
    for (let attempt = 0; attempt < 5 && closest > 50 * 1.15; attempt++) {
      await spinFor(50);
      stretches.collect();
      samples.length = 0;
      const end = performance.now() + 50;
      while (performance.now() < end);
      await spinFor(30);
      stretches.collect();
      closest = Math.min(closest, Math.max(...samples));
    }
    expect(closest).toBeGreaterThanOrEqual(50 * 0.85);
    expect(closest).toBeLessThan(50 * 1.15);
  });

  it('does not look any more when whoever gets a sample stops it', async () => {
    let looks = 0;
    let stretches: LoopStretches | undefined;
    const stopped = new Promise<void>((resolve) => {
      const onSample = () => (stretches?.stop(), resolve());
      stretches = new LoopStretches(onSample, () => (looks++, performance.now()));
    });
    stretches?.start();
    const turn = () => new Promise((resolve) => setTimeout(resolve, 2));
    const turning = setInterval(() => {}, 1);
    onTestFinished(() => clearInterval(turning));
    await stopped;
    const before = looks;
    for (let i = 0; i < 10; i++) await turn();
    expect(looks).toBe(before);
  });

  it('looks seldom at a loop that turns all the time, and at each turn of one that does not', async () => {
    let looks = 0;
    const stretches = new LoopStretches(
      () => {},
      () => (looks++, performance.now()),
    );
    stretches.start();
    onTestFinished(() => stretches.stop());
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    let fewest = Infinity;
    // After a collection of garbage it looks closely for some milliseconds.
    for (let attempt = 0; attempt < 10 && fewest > 500; attempt++) {
      looks = 0;
      for (let i = 0; i < 5_000; i++) await turn();
      fewest = Math.min(fewest, looks);
    }
    expect(fewest).toBeLessThanOrEqual(500);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 4));
    looks = 0;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 4));
    expect(looks).toBeGreaterThanOrEqual(20);
  });
});
