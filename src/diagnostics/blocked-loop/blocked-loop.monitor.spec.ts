import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { InFlight } from '../../common/in-flight.js';
import { EventLoopBlocks, KEPT_BLOCKS } from '../../metrics/collection/event-loop-blocks.js';
import { BlockedLoopMonitor } from './blocked-loop.monitor.js';
import type { RawBlock, RawFrame } from './raw-block.js';
import { monotonicMs } from './shared-state.js';

const frame = (name: string, file = '/app/src/shop.ts'): RawFrame => ({
  function: name,
  file,
  line: 41,
  origin: 'application',
  id: `${file}:${name}`,
  isAsync: false,
});

/** A block of 300 ms in which these frames were on all stacks, innermost first. */
function rawBlock(frames: RawFrame[], more: Partial<RawBlock> = {}): RawBlock {
  const end = monotonicMs();
  const stack = { frames: frames.map((_, i) => i), isAtEntry: false };
  return {
    begin: end - 300,
    end,
    duration: 300,
    answered: 250,
    unanswered: 50,
    isAsleep: false,
    frames,
    stacks: Array.from({ length: 10 }, () => stack),
    ...more,
  };
}

describe('Blocks of the event loop', () => {
  let lines: string[];
  let blocks: EventLoopBlocks;
  let inFlight: InFlight;
  let registry: TestRegistry;
  let monitor: BlockedLoopMonitor;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['hrtime'] });
    lines = [];
    blocks = new EventLoopBlocks();
    inFlight = new InFlight();
    registry = new TestRegistry();
    monitor = new BlockedLoopMonitor(100, blocks, inFlight, registry, (text) => lines.push(text));
  });

  afterEach(() => void vi.useRealTimers());

  it('are logged at most once a minute for the same function', () => {
    const [build, list] = [rawBlock([frame('Reports.build')]), rawBlock([frame('Reports.list')])];
    for (let i = 0; i < 5; i++) monitor.onBlock(build, 0);
    monitor.onBlock(list, 0);
    expect(lines.map((line) => /`(\S+)`/.exec(line)?.[1])).toEqual(['Reports.build', 'Reports.list']);
    vi.advanceTimersByTime(59_000);
    monitor.onBlock(build, 0);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(2000);
    monitor.onBlock(build, 0);
    expect(lines).toHaveLength(3);
    // What is not known by name has its own line.
    const native = rawBlock([], { answered: 0, unanswered: 300, stacks: [] });
    for (let i = 0; i < 5; i++) monitor.onBlock(native, 0);
    expect(lines).toHaveLength(4);
  });

  it('are in the document with the last 20, newest first, and are all counted', async () => {
    for (let i = 0; i < 25; i++) monitor.onBlock(rawBlock([frame(`step${i}`)]), 0);
    const names = blocks.read().map((block) => block.function);
    expect(KEPT_BLOCKS).toBe(20);
    expect(names).toEqual(Array.from({ length: 20 }, (_, i) => `step${24 - i}`));
    const { counters, histograms } = await registry.read();
    const counted = Object.entries(counters).filter(([name]) => name.startsWith('eventloop_blocks{'));
    expect(counted.reduce((sum, [, value]) => sum + value, 0)).toBe(25);
    const labels = '{file="/app/src/shop.ts",function="step3"}';
    expect(histograms[`eventloop_block_duration${labels}`]).toMatchObject({ count: 1 });
  });

  it('have at most ten frames, with the function to blame among them', () => {
    const library = (name: string): RawFrame => ({
      ...frame(name, '/app/node_modules/deep/index.js'),
      origin: 'dependency',
    });
    const inner = Array.from({ length: 30 }, (_, i) => library(`walk${i}`));
    const outer = Array.from({ length: 30 }, (_, i) => frame(`caller${i}`));
    monitor.onBlock(rawBlock([...inner, frame('Reports.build'), ...outer]), 0);
    const [block] = blocks.read();
    expect(block).toMatchObject({ function: 'Reports.build', line: 41 });
    expect(block?.frames).toHaveLength(10);
    expect(block?.frames.map((one) => one.function)).toContain('Reports.build');
    expect(lines[0]).toContain('`Reports.build` (/app/src/shop.ts:41), in `walk0`,');
  });

  it('are of garbage collection where that took at least half of the time', () => {
    monitor.onBlock(rawBlock([frame('Reports.build')]), 160);
    monitor.onBlock(rawBlock([frame('Reports.build')]), 100);
    expect(blocks.read().map(({ cause }) => cause)).toEqual(['javascript', 'gc']);
    expect(lines[0]).toContain('by garbage collection while `Reports.build`');
  });

  it.each([
    ['two stacks are too few', { stacks: [stackOf(0), stackOf(0)] }, 'unknown'],
    ['11 of 20 stacks are too few', { answered: 300, unanswered: 0, stacks: elevenOfTwenty() }, 'javascript'],
    ['V8 answered for less than half of the time', { answered: 120, unanswered: 100 }, 'unknown'],
    ['V8 did not answer for half of the time', { answered: 130, unanswered: 170 }, 'native'],
  ])('have no name where %s', (_name, more, cause) => {
    const frames = ['Reports.build', 'Reports.list', 'Reports.sum'].map((name) => frame(name));
    monitor.onBlock(rawBlock(frames, more), 0);
    expect(blocks.read()).toMatchObject([{ cause, function: null, file: null, line: null, frames: [] }]);
  });

  it('name the job that ran, and do not say that it waited', () => {
    const jobs = inFlight.source(({ name }: { name: string }) => ({ kind: 'job', name }));
    jobs.begin({ name: 'nightly' }, performance.now());
    const raw = rawBlock([frame('Reports.build')]);
    monitor.onBlockEnd(raw);
    monitor.onBlock(raw, 0);
    expect(blocks.read()).toMatchObject([{ in_flight: [{ kind: 'job', name: 'nightly', count: 1 }] }]);
    expect(lines).toEqual([
      'The event loop was blocked for 300 ms by `Reports.build` (/app/src/shop.ts:41) during the job `nightly`.',
    ]);
  });
});

/** Stacks of three functions that do not call each other. */
function elevenOfTwenty(): RawBlock['stacks'] {
  return [...Array<number>(11).fill(0), 1, 1, 1, 1, 2, 2, 2, 2, 2].map(stackOf);
}

function stackOf(index: number): RawBlock['stacks'][number] {
  return { frames: [index], isAtEntry: false };
}
