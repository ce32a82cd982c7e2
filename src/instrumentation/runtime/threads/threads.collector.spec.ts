import { channel } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { TestRegistry } from '../../../../test/support/registry.js';
import { ThreadsCollector } from './threads.collector.js';

/** A thread of a Node that tells its heap and its CPU time, on Node 20 too. It answers when the test says so. */
class FakeThread extends EventEmitter {
  readonly questions: ((heap: number) => void)[] = [];
  readonly performance = {
    eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: this.utilization }),
  };
  utilization = 0;

  constructor(readonly threadName: string) {
    super();
  }

  getHeapStatistics(): Promise<{ used_heap_size: number }> {
    return new Promise((resolve) => {
      this.questions.push((heap) => resolve({ used_heap_size: heap }));
      this.emit('question');
    });
  }

  /** Answers all questions from now on. */
  answerWith(heap: () => number): void {
    this.on('question', () => this.questions.at(-1)?.(heap()));
  }
}

async function watching(clock: () => number, ...threads: FakeThread[]) {
  const registry = new TestRegistry();
  let sample: (() => void) | undefined;
  const sampling = {
    start: (work: () => void) => void (sample ??= work),
    stop: () => void (sample = undefined),
  };
  const collector = new ThreadsCollector(registry, clock, sampling);
  collector.start();
  onTestFinished(() => collector.stop());
  for (const worker of threads) channel('worker_threads').publish({ worker });
  await new Promise((resolve) => process.nextTick(resolve));
  return {
    collector,
    registry,
    /** Measures as the timer does, once a second. */
    sample: () => sample?.(),
    isSampling: () => sample !== undefined,
    gauges: async () => {
      await collector.collect();
      return (await registry.read()).gauges;
    },
  };
}

const [LOOP, HEAP] = ['worker_utilization', 'worker_heap_used_bytes'];

it('a thread that does not answer delays no value of another thread, and is asked again once it has answered', async () => {
  const [stuck, live] = [new FakeThread('stuck'), new FakeThread('live')];
  let heap = 0;
  live.answerWith(() => ++heap);
  const { collector, gauges, sample } = await watching(() => 0, stuck, live);
  for (const read of [1, 2, 3]) {
    stuck.utilization = read / 10;
    sample();
    expect(await gauges()).toEqual({
      [`${LOOP}{thread="stuck"}`]: read / 10,
      [`${LOOP}{thread="live"}`]: 0,
      [`${HEAP}{thread="live"}`]: read,
    });
  }
  expect(stuck.questions).toHaveLength(1);
  stuck.questions[0]?.(70);
  await new Promise(setImmediate);
  const asked = once(stuck, 'question');
  const collected = collector.collect();
  await asked;
  stuck.questions[1]?.(80);
  await collected;
  expect(await gauges()).toMatchObject({ [`${HEAP}{thread="stuck"}`]: 80, [`${HEAP}{thread="live"}`]: 5 });
});

it('the heap of a thread that does not answer is kept for 15 seconds, and is back with its next answer', async () => {
  const thread = new FakeThread('busy');
  const name = `${HEAP}{thread="busy"}`;
  let now = 0;
  const { collector, gauges } = await watching(() => now, thread);
  const collected = collector.collect();
  thread.questions[0]?.(50);
  await collected;
  now = 15_000;
  expect(await gauges()).toHaveProperty([name], 50);
  now = 15_001;
  expect(await gauges()).not.toHaveProperty([name]);
  expect(thread.questions).toHaveLength(2);
  thread.questions[1]?.(60);
  await new Promise(setImmediate);
  expect(await gauges()).toHaveProperty([name], 60);
});

it('a read waits for no thread that Node cannot ask', async () => {
  const thread = new FakeThread('old');
  const { collector } = await watching(() => 0, Object.assign(thread, { getHeapStatistics: undefined }));
  expect(collector.collect()).toBeUndefined();
});

it('a second reader right after the first does not change the utilization', async () => {
  const thread = new FakeThread('pool');
  const { gauges, sample, isSampling } = await watching(() => 0, thread);
  const name = `${LOOP}{thread="pool"}`;
  thread.utilization = 0.4;
  // One that has no value yet is measured by the first reader.
  expect(await gauges()).toHaveProperty([name], 0.4);
  // Nothing has run since.
  thread.utilization = 0;
  expect(await gauges()).toHaveProperty([name], 0.4);
  thread.utilization = 0.7;
  sample();
  expect(await gauges()).toHaveProperty([name], 0.7);
  expect(isSampling()).toBe(true);
  thread.emit('exit');
  expect(isSampling()).toBe(false);
});

/** Starts threads one after the other, and tells which series they have. */
async function starting() {
  const { gauges, registry } = await watching(() => 0);
  const start = async (threadName: string) => {
    const worker = new FakeThread(threadName);
    worker.answerWith(() => 1);
    channel('worker_threads').publish({ worker });
    await new Promise((resolve) => process.nextTick(resolve));
    return worker;
  };
  const series = (name: string) => registry.gauges.family(name)?.labelled;
  return { gauges, start, series };
}

it('threads of the same name use the same series, so that clients need not read the whole history again', async () => {
  const { gauges, start, series } = await starting();
  const lists = new Set<unknown>();
  for (const name of ['thumbnail', '', 'thumbnail', 'thumbnail', '']) {
    const worker = await start(name);
    const label = name || 'worker 1';
    expect(await gauges()).toEqual({ [`${LOOP}{thread="${label}"}`]: 0, [`${HEAP}{thread="${label}"}`]: 1 });
    worker.emit('exit');
    expect(await gauges()).toEqual({});
    lists.add(series(LOOP)).add(series(HEAP));
  }
  // After series were removed, a metric has another list.
  expect([...lists]).toEqual([expect.toSatisfy(hasTwo), expect.toSatisfy(hasTwo)]);
});

const hasTwo = (list: readonly unknown[]) => list.length === 2;

it('ended threads with ever new names leave few series behind, and those that were not measured none', async () => {
  const { gauges, start, series } = await starting();
  for (let i = 0; i < 5; i++) (await start(`short ${i}`)).emit('exit');
  expect(series(LOOP)).toBeUndefined();
  for (let i = 0; i < 200; i++) {
    const worker = await start(`request ${i}`);
    await gauges();
    worker.emit('exit');
    for (const name of [LOOP, HEAP]) expect(series(name)?.length).toBeLessThanOrEqual(16);
  }
  const next = await start('request 1');
  expect(await gauges()).toMatchObject({
    [`${LOOP}{thread="request 1"}`]: 0,
    [`${HEAP}{thread="request 1"}`]: 1,
  });
  next.emit('exit');
});
