import { beforeEach, describe, expect, it } from 'vitest';
import type { Work } from '../../../../test/support/held-loop.js';
import { HeldLoop } from '../../../../test/support/held-loop.js';
import { EventLoopSampler } from './event-loop-sampler.js';

describe('EventLoopSampler', () => {
  let loop: HeldLoop;
  let samples: number[];
  let sampler: EventLoopSampler;

  /** The samples since the last call, in milliseconds. */
  const seen = () => samples.splice(0).map((seconds) => Math.round(seconds * 1e6) / 1e3);
  const longest = () => {
    sampler.collect();
    return Math.max(...seen());
  };
  const io = (at: number, ms: number): Work => ({ at: loop.now + at, ms, phase: 'io' });
  const timer = (at: number, ms: number): Work => ({ at: loop.now + at, ms, phase: 'timer' });
  const runFor = (ms: number) => loop.runUntil(loop.now + ms);

  beforeEach(() => {
    loop = new HeldLoop();
    samples = [];
    sampler = new EventLoopSampler((seconds) => samples.push(seconds), loop.clock, loop.idleTime, loop);
    sampler.start();
    runFor(100);
    sampler.collect();
    seen();
  });

  it('measures for how long the loop ran code between two polls', () => {
    loop.add(io(10, 20));
    runFor(100);
    expect(longest()).toBe(20);
  });

  it('does not add up iterations, however busy the loop is', () => {
    const start = loop.now;
    for (let i = 0; i < 500; i++) loop.add(io(i * 0.1, 0.1));
    runFor(60);
    sampler.collect();
    const all = seen();
    expect(Math.max(...all)).toBe(0.1);
    expect(all.length).toBeLessThanOrEqual((loop.now - start) / 10);
  });

  it('does not count the time in which the loop waits', () => {
    loop.add(io(5000, 3));
    runFor(5100);
    expect(longest()).toBe(3);
  });

  it('tells the block of a timer from callbacks that run after the loop has waited', () => {
    loop.add(timer(10, 50), io(70, 30));
    runFor(200);
    expect(longest()).toBe(50);
    loop.add(timer(10, 20), timer(15, 15), io(100, 8));
    runFor(200);
    // The second timer was due while the first one ran.
    expect(longest()).toBe(35);
  });

  it('records the longest delay of each 10 ms, and nothing while there is nothing to do', () => {
    loop.add(io(1, 1), io(3, 4), io(8, 2));
    runFor(15);
    seen();
    loop.add(io(0, 1), io(2, 3), io(6, 2), io(20, 0.5));
    runFor(100);
    expect(Math.max(...seen())).toBe(3);
    sampler.collect();
    seen();
    runFor(10_000);
    sampler.collect();
    expect(seen()).toEqual([]);
  });

  it('shows a reader a delay that has not ended, and once', () => {
    loop.now += 200;
    sampler.collect();
    expect(seen()).toEqual([200]);
    sampler.collect();
    loop.add(io(0, 1));
    runFor(100);
    expect(longest()).toBe(0);
  });

  it('records a delay that a reader saw before its end once more when it became longer', () => {
    loop.now += 200;
    sampler.collect();
    loop.now += 100;
    loop.add(io(0, 0));
    runFor(100);
    sampler.collect();
    expect(seen().filter((ms) => ms > 0)).toEqual([200, 300]);
  });

  it('records what has ended before a read that finds nothing long going on', () => {
    loop.add(io(0, 9));
    runFor(5);
    loop.now += 0.5;
    sampler.collect();
    expect(seen()).toEqual([9]);
  });

  it('records a delay when it is stopped, and begins anew when it is started again', () => {
    loop.now += 200;
    sampler.collect();
    loop.now += 100;
    sampler.stop();
    expect(seen()).toEqual([200, 300]);
    loop.now += 500;
    sampler.start();
    loop.add(io(0, 100));
    runFor(100);
    expect(longest()).toBe(100);
  });

  it('does nothing any more once it is stopped, also by whoever receives a sample', () => {
    const stopping: EventLoopSampler = new EventLoopSampler(
      () => stopping.stop(),
      loop.clock,
      loop.idleTime,
      loop,
    );
    sampler.stop();
    seen();
    stopping.start();
    loop.add(io(20, 5), io(40, 5));
    runFor(100);
    const { iterations } = loop;
    runFor(10_000);
    expect(loop.iterations).toBe(iterations);
    stopping.collect();
    sampler.collect();
    expect(seen()).toEqual([]);
  });

  it('does not wake up an idle loop, and wakes it up once after it was busy', () => {
    const { iterations } = loop;
    runFor(60_000);
    expect(loop.iterations).toBe(iterations);
    for (let i = 1; i <= 100; i++) loop.add(io(i * 50, 0.1));
    runFor(6_000);
    expect(loop.iterations - iterations).toBeLessThanOrEqual(200);
  });

  it('does not wake up the loop where a timer of its owner does so anyway', () => {
    const INTERVAL = 100;
    const tick = () => {
      sampler.measure(INTERVAL);
      ticking.refresh();
    };
    const ticking = loop.setTimeout(tick, INTERVAL);
    runFor(1000);
    const { iterations } = loop;
    runFor(100 * INTERVAL);
    expect(loop.iterations - iterations).toBe(100);
  });

  describe.each([
    ['an idle loop', 0, 0],
    ['a loop that turns 100 times a second', 10, 0.5],
    ['a loop that turns 400 times a second', 2.5, 0.5],
    ['a loop that turns 1,000 times a second', 1, 0.4],
    ['a loop that turns 2,000 times a second', 0.5, 0.2],
    ['a loop that turns 5,000 times a second', 0.2, 0.15],
    ['a loop that turns all the time', 0.2, 0.2],
  ])('in %s', (_name, every, ms) => {
    it.each([20, 50, 300])('sees a block of %i ms within 15 percent, wherever it is', (length) => {
      const wrong: string[] = [];
      for (let offset = 0; offset < 12; offset += 0.73) {
        for (const phase of ['io', 'timer'] as const) {
          const start = 30 + offset;
          const others = every > 0 ? Array.from({ length: 30 / every }, (_, i) => i * every) : [];
          loop.add(...others.map((at) => io(at, ms)), { at: loop.now + start, ms: length, phase });
          loop.add(...others.map((at) => io(start + length + 1 + at, ms)));
          runFor(length + 100);
          const measured = longest();
          if (Math.abs(measured / length - 1) > 0.15)
            wrong.push(`${phase} +${offset.toFixed(2)}: ${measured}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  });
});
