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

/** A block of 300 ms with these frames on all stacks, innermost first. */
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
    // Blocks without a function name have a log line of their own.
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

  it('have the time by the clock too, which the log tells where the process did not get the CPU', () => {
    const throttled = { begin: monotonicMs() - 1200, duration: 300 };
    monitor.onBlock(rawBlock([frame('Reports.list')]), 0);
    monitor.onBlock(rawBlock([frame('Reports.build')], throttled), 0);
    expect(blocks.read()).toMatchObject([
      { duration: 0.3, elapsed: 1.2 },
      { duration: 0.3, elapsed: 0.3 },
    ]);
    expect(lines.map((line) => line.split(' by `')[0])).toEqual([
      'The event loop was blocked for 300 ms',
      'The event loop was blocked for 300 ms (1200 ms with the time in which the process did not get the CPU)',
    ]);
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

  it.each([
    ['requests', [['http', 'GET /x']], '`Reports.build` (/app/src/shop.ts:41) during `GET /x`.'],
    [
      'a job among requests',
      [
        ['http', 'GET /x'],
        ['job', 'nightly'],
        ['http', 'GET /y'],
      ],
      '`Reports.build` (/app/src/shop.ts:41) during the job `nightly` and `GET /x` and 1 other request.',
    ],
  ])('are logged with what was in flight: %s', (_name, calls, text) => {
    const source = inFlight.source(
      ({ kind, name }: { kind: string; name: string }) => ({ kind, name }) as never,
    );
    for (const [kind = '', name = ''] of calls) source.begin({ kind, name }, performance.now());
    const raw = rawBlock([frame('Reports.build')]);
    monitor.onBlockEnd(raw);
    monitor.onBlock(raw, 0);
    expect(lines).toEqual([`The event loop was blocked for 300 ms by ${text}`]);
  });

  it.each([
    [
      { answered: 0, unanswered: 300, stacks: [] },
      ' by native code that cannot be told by name (one large JSON.parse, a synchronous system call) during `GET /x`.',
    ],
    [{ answered: 120, unanswered: 100 }, ' (the cause is not known: it was over too soon) during `GET /x`.'],
  ])('are logged in a sentence where there is no name', (more, text) => {
    const requests = inFlight.source(({ name }: { name: string }) => ({ kind: 'http', name }));
    requests.begin({ name: 'GET /x' }, performance.now());
    const raw = rawBlock([frame('Reports.build')], more);
    monitor.onBlockEnd(raw);
    monitor.onBlock(raw, 0);
    expect(lines).toEqual([`The event loop was blocked for 300 ms${text}`]);
  });

  it('name the job that ran', () => {
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

  it('are not explained any more once the watchdog has failed, and nothing of a request is kept then', () => {
    const requests = inFlight.source(({ name }: { name: string }) => ({ kind: 'http', name }));
    const [ended, current, later] = [{ name: 'ended' }, { name: 'current' }, { name: 'later' }];
    const kept = () => inFlight.during(0, Infinity).map(({ name }) => name);
    requests.begin(ended, 1);
    requests.begin(current, 1);
    requests.end(ended, 2);
    expect(kept()).toEqual(['ended', 'current']);
    blocks.areExplained = true;
    monitor.onFailure(new Error('out of memory'));
    // The findings know from this that an empty list does not mean that there were no blocks.
    expect(blocks.areExplained).toBe(false);
    expect(lines).toEqual([
      'The event loop is not watched any more, and blocks are not explained: Error: out of memory',
    ]);
    requests.begin(later, 3);
    for (const request of [current, later]) requests.end(request, 4);
    expect(kept()).toEqual([]);
  });
});

/** Stacks of three functions that do not call each other. */
function elevenOfTwenty(): RawBlock['stacks'] {
  return [...Array<number>(11).fill(0), 1, 1, 1, 1, 2, 2, 2, 2, 2].map(stackOf);
}

function stackOf(index: number): RawBlock['stacks'][number] {
  return { frames: [index], isAtEntry: false };
}
