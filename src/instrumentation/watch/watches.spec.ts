import { EventEmitter } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { Watches } from './watches.js';

function watching() {
  const registry = new TestRegistry();
  let now = 0;
  const collects: (() => unknown)[] = [];
  const watches = new Watches(
    registry,
    {
      addLater: (collector) => {
        const collect = (): unknown => collector.collect?.(undefined as never);
        collects.push(collect);
        return () => void collects.splice(collects.indexOf(collect), 1);
      },
    },
    () => now,
  );
  return {
    watches,
    pass: (ms: number) => void (now += ms),
    read: async () => {
      for (const collect of collects) await collect();
      return registry.read();
    },
  };
}

/** The events of a `Worker` of BullMQ. */
class Worker extends EventEmitter {
  readonly name = 'emails';
  getNextJob(): void {}
}

describe('the wait of the jobs of a BullMQ worker', () => {
  it('begins after the delay of a job, is for first attempts alone, and is never negative', async () => {
    const { watches, read } = watching();
    const worker = new Worker();
    watches.watch(worker);
    const job = { timestamp: 1000, delay: 500, processedOn: 1750, attemptsStarted: 1 };
    worker.emit('active', job);
    worker.emit('active', { ...job, processedOn: 9000, attemptsStarted: 2 });
    // Of a version without `attemptsStarted`.
    worker.emit('active', { ...job, processedOn: 1600, attemptsStarted: undefined, attemptsMade: 0 });
    worker.emit('active', { ...job, processedOn: 9000, attemptsStarted: undefined, attemptsMade: 1 });
    // The clock of the machine that added the job is ahead.
    worker.emit('active', { ...job, timestamp: 5000 });
    worker.emit('active');
    // `job.retry()` has reset the counts of these.
    worker.emit('active', { ...job, processedOn: 9000, attemptsMade: 1 });
    worker.emit('active', { ...job, processedOn: 9000, attemptsMade: 0, stacktrace: ['Error: no'] });
    const { histograms } = await read();
    expect(histograms['queue_job_wait{queue="emails"}']).toMatchObject({ count: 3, sum: 0.35, min: 0 });
  });

  it('begins after the delay that a job was added with, which BullMQ sets to 0 when it is over', async () => {
    const { watches, read } = watching();
    const worker = new Worker();
    watches.watch(worker);
    const job = {
      timestamp: 1000,
      opts: { delay: 500 },
      processedOn: 1750,
      attemptsStarted: 1,
      stacktrace: [],
    };
    worker.emit('active', { ...job, delay: 0 });
    // `queue.promoteJobs()` leaves it, and the job may start before.
    worker.emit('active', { ...job, delay: 500, processedOn: 1100 });
    // `job.changeDelay()` has changed it, and then the job was promoted.
    worker.emit('active', { ...job, delay: 600 });
    const { histograms } = await read();
    expect(histograms['queue_job_wait{queue="emails"}']).toMatchObject({ count: 3, sum: 0.4, min: 0 });
  });

  it('and their durations are observed until the worker is not watched any more', async () => {
    const { watches, read } = watching();
    const worker = new Worker();
    const stop = watches.watch(worker);
    worker.emit('completed', { processedOn: 1000, finishedOn: 1250 });
    worker.emit('failed', { processedOn: 1000, finishedOn: 1500 });
    // A job that stalled too often has no times, or is missing from the event.
    worker.emit('failed', {});
    worker.emit('failed');
    stop();
    worker.emit('completed', { processedOn: 1000, finishedOn: 1250 });
    const { counters, histograms } = await read();
    expect(counters).toEqual({
      'queue_jobs_processed{outcome="error",queue="emails"}': 3,
      'queue_jobs_processed{outcome="ok",queue="emails"}': 1,
    });
    expect(histograms['queue_job_duration{queue="emails"}']).toMatchObject({ count: 2, sum: 0.75 });
    expect(worker.eventNames()).toEqual([]);
  });
});

describe('the wait for a connection of a pool', () => {
  type Callback = (error: Error | null, client?: object) => void;

  class Pool {
    readonly [name: string]: unknown;
    totalCount = 1;
    idleCount = 0;
    waitingCount = 0;
    waiting: Callback[] = [];
    isReentrant = false;

    connect(callback?: Callback): unknown {
      if (callback === undefined) return new Promise((resolve) => this.waiting.push(resolve as Callback));
      if (this.isReentrant) {
        this.isReentrant = false;
        return this.connect(callback);
      }
      this.waiting.push(callback);
      return undefined;
    }
  }

  it('is measured once, also if the pool calls its method again with the same callback', async () => {
    const { watches, read, pass } = watching();
    const pool = new Pool();
    watches.watch(pool, { name: 'orders' });
    const clients: unknown[] = [];
    pool.isReentrant = true;
    pool.connect((_error, client) => clients.push(client));
    const promised = pool.connect() as Promise<unknown>;
    pass(2000);
    for (const give of pool.waiting) give(null, { id: 7 });
    await promised;
    const { histograms } = await read();
    expect(histograms['pool_wait{pool="orders"}']).toMatchObject({ count: 2, sum: 4 });
    expect(clients).toEqual([{ id: 7 }]);
  });

  it('is that of a call which fails, too, and the failure reaches the caller', async () => {
    const { watches, read, pass } = watching();
    const pool = new Pool();
    pool.connect = () => {
      pass(3000);
      throw new Error('the pool has ended');
    };
    watches.watch(pool);
    expect(() => pool.connect()).toThrow('the pool has ended');
    expect((await read()).histograms['pool_wait{pool="default"}']).toMatchObject({ count: 1, sum: 3 });
  });
});

describe('an object that is watched again', () => {
  it('is left alone by what stopped it before', async () => {
    const { watches, read } = watching();
    const worker = new Worker();
    const first = watches.watch(worker);
    first();
    const second = watches.watch(worker);
    first();
    worker.emit('completed');
    expect((await read()).counters).toMatchObject({
      'queue_jobs_processed{outcome="ok",queue="emails"}': 1,
    });
    second();
    expect(worker.eventNames()).toEqual([]);
  });
});

describe('a size that is asynchronous', () => {
  it('is not read, and its rejection does not end the process', async () => {
    const { watches, read } = watching();
    const rejections: unknown[] = [];
    const note = (thrown: unknown): void => void rejections.push(thrown);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const size = (): Promise<number> => Promise.reject(new Error('not connected'));
    watches.watch({ size, length: 7 });
    const { gauges } = await read();
    await new Promise(setImmediate);
    expect(gauges).toMatchObject({ 'watched_size{name="default"}': 7 });
    expect(rejections).toEqual([]);
  });
});
