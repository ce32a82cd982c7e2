import { beforeEach, describe, expect, it } from 'vitest';
import { HeldLoop } from '../../../test/support/held-loop.js';
import { Heartbeat } from './heartbeat.js';
import type { BlockTimes } from './shared-state.js';
import { SharedState } from './shared-state.js';

const THRESHOLD = 100;

describe('The heartbeat of the event loop', () => {
  let loop: HeldLoop;
  let state: SharedState;
  let blocks: BlockTimes[];
  let beats: number;
  let heartbeat: Heartbeat;

  const runFor = (ms: number) => loop.runUntil(loop.now + ms);

  beforeEach(() => {
    loop = new HeldLoop();
    state = new SharedState();
    blocks = [];
    beats = 0;
    const listener = { onBeat: () => beats++, onBlock: (block: BlockTimes) => blocks.push(block) };
    heartbeat = new Heartbeat(state, THRESHOLD, listener, loop.clock, loop.idleTime, loop, loop.clock);
    heartbeat.start();
    runFor(100);
  });

  it('does not wake a loop that has nothing to do', () => {
    const { iterations } = loop;
    runFor(600_000);
    expect(loop.iterations).toBe(iterations);
  });

  it.each(['io', 'timer'] as const)(
    'finds an iteration that took long, in the callbacks of phase %s',
    (phase) => {
      const begin = loop.now + 50;
      // The second event is the message with which the worker wakes a loop that is late.
      loop.add({ at: begin, ms: 120, phase }, { at: begin + 80, ms: 0, phase: 'io' });
      runFor(1000);
      expect(blocks).toEqual([{ begin, end: begin + 120 }]);
    },
  );

  it('does not add up iterations, however busy the loop is', () => {
    for (let i = 0; i < 5000; i++) loop.add({ at: loop.now + i, ms: 1, phase: 'io' });
    runFor(6000);
    expect(blocks).toEqual([]);
  });

  it('finds a long iteration of a busy loop, within 6 ms', () => {
    for (let i = 0; i < 1000; i++) loop.add({ at: loop.now + i * 0.4, ms: 0.1, phase: 'io' });
    const begin = loop.now + 203;
    loop.add({ at: begin, ms: 150, phase: 'io' });
    runFor(1000);
    expect(blocks).toHaveLength(1);
    for (const block of blocks) {
      expect(Math.abs(block.end - block.begin - 150)).toBeLessThanOrEqual(6);
    }
  });

  it('is in few of the iterations of a busy loop, and comes at least each 11 ms', () => {
    beats = 0;
    const { iterations } = loop;
    let longest = 0;
    for (let i = 0; i < 5000; i++) {
      loop.add({ at: loop.now, ms: 0.2, phase: 'io' });
      loop.runUntil(loop.now + 0.1);
      longest = Math.max(longest, loop.now - state.lastBeat);
    }
    expect(loop.iterations - iterations).toBeGreaterThanOrEqual(5000);
    expect(beats).toBeLessThan(1000);
    expect(longest).toBeLessThan(12);
  });

  it('does not take callbacks before and after a wait for one block, if the wait was seen', () => {
    loop.add({ at: loop.now + 10, ms: 70, phase: 'timer' });
    runFor(200);
    state.lastWait = loop.now;
    loop.add({ at: loop.now + 5, ms: 70, phase: 'io' });
    runFor(200);
    expect(blocks).toEqual([]);
  });

  it('ends with stop(), also where a listener calls it', () => {
    const { iterations } = loop;
    heartbeat.stop();
    loop.add({ at: loop.now + 10, ms: 500, phase: 'io' });
    runFor(10_000);
    expect(blocks).toEqual([]);
    expect(loop.iterations).toBe(iterations + 1);
  });
});
