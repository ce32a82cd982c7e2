import { beforeEach, describe, expect, it } from 'vitest';
import { EventLoopSampler, STRETCH_WINDOW } from './event-loop-sampler.js';

describe('EventLoopSampler', () => {
  let [now, idle, turns]: number[] = [];
  let samples: number[];
  let stretches: EventLoopSampler;

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
    stretches = new EventLoopSampler(
      (seconds) => samples.push(seconds),
      () => now,
      () => idle,
      () => turns,
    );
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
