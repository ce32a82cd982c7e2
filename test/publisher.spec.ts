import type { INestApplicationContext, OnModuleDestroy } from '@nestjs/common';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Sliced } from '../src/common/slices.js';
import type { MetricsSnapshot, MonitorOptions, Publisher, PublisherObject } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import { moduleOf } from './support/app.js';
import { RecordingLogger } from './support/recording-logger.js';
import { present } from './support/present.js';

/** Reads take one time slice each, however slow the machine is: all of it is done when the fake timers have advanced. */
vi.mock('../src/common/slices.js', async (importActual) => {
  const actual = await importActual<typeof import('../src/common/slices.js')>();
  const stopped = () => 0;
  return {
    ...actual,
    inSlices: (work: Sliced<unknown>) => actual.inSlices(work, stopped),
    startInSlices: (work: Sliced<void>) => actual.startInSlices(work, stopped),
    sliceEnds: () => actual.sliceEnds(stopped),
  };
});

class HostileThenable {
  // oxlint-disable-next-line unicorn/no-thenable
  then(): void {
    throw new Error('bad thenable');
  }
}

describe('the publisher', () => {
  let log: RecordingLogger;
  let contexts: INestApplicationContext[];

  beforeEach(() => {
    log = new RecordingLogger();
    contexts = [];
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
  });

  afterEach(async () => {
    const closing = Promise.all(contexts.map((context) => context.close()));
    await vi.advanceTimersByTimeAsync(60_000);
    await closing;
    vi.useRealTimers();
  });

  async function start(options: MonitorOptions): Promise<INestApplicationContext> {
    const root = moduleOf({ imports: [MonitorModule.forRoot(options)] });
    const context = await NestFactory.createApplicationContext(root, { logger: log });
    contexts.push(context);
    return context;
  }

  const countersOf = async (context: INestApplicationContext) =>
    (await context.get(MonitorService).metrics('test')).counters;

  /** A publisher that records its snapshots, then calls `then`. */
  function recorder(then: (call: number, signal: AbortSignal) => unknown = () => {}) {
    const published: MetricsSnapshot[] = [];
    const publish: Publisher = (metrics, { signal }) => {
      published.push(structuredClone(metrics));
      return then(published.length, signal);
    };
    return { published, publish };
  }

  it('is called with the document every ten seconds', async () => {
    const { published, publish } = recorder();
    const context = await start({ publisher: publish });
    context.get(MonitorService).count('orders');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(published).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(published).toHaveLength(1);
    expect(Object.keys(present(published[0]))).toEqual([
      'process',
      'instance',
      'eventloop_blocks',
      'counters',
      'gauges',
      'max_gauges',
      'min_gauges',
      'histograms',
    ]);
    expect(published[0]?.counters.orders).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(published).toHaveLength(3);
  });

  it('is called every publishInterval', async () => {
    const { published, publish } = recorder();
    await start({ publisher: publish, publishInterval: 250 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(published).toHaveLength(4);
  });

  it('may be an object with a method publish(), called with its this', async () => {
    class Printer {
      readonly printed: number[] = [];

      publish(metrics: MetricsSnapshot): Promise<void> {
        this.printed.push(present(metrics.counters.requests));
        return Promise.resolve();
      }
    }
    const printer = new Printer();
    await start({ publisher: printer, publishInterval: 100 });
    await vi.advanceTimersByTimeAsync(200);
    expect(printer.printed).toEqual([0, 0]);
  });

  it('gets the extremes of each gauge since its own last call', async () => {
    const { published, publish } = recorder();
    const context = await start({ publisher: publish, publishInterval: 100 });
    const monitor = context.get(MonitorService);
    for (const length of [5, 9]) monitor.kv('queue', length);
    await monitor.metrics();
    monitor.kv('queue', 2);
    await vi.advanceTimersByTimeAsync(100);
    monitor.kv('queue', 3);
    await vi.advanceTimersByTimeAsync(100);
    expect(published.map(({ max_gauges, min_gauges }) => [max_gauges.queue, min_gauges.queue])).toEqual([
      [9, 2],
      [3, 3],
    ]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no route to host');
      },
      'no route to host',
    ],
    ['rejects', () => Promise.reject(new Error('refused')), 'refused'],
    [
      'throws null',
      () => {
        throw null; // oxlint-disable-line no-throw-literal
      },
      'null',
    ],
    ['rejects with nothing', () => Promise.reject(), 'undefined'], // oxlint-disable-line prefer-promise-reject-errors
    [
      'throws an object whose properties throw',
      () => {
        throw Object.assign(new Error(), {
          toString: () => {
            throw new Error('hostile');
          },
          get stack(): string {
            throw new Error('hostile');
          },
        });
      },
      'failed',
    ],
    ['returns an object whose then() throws', () => new HostileThenable(), 'bad thenable'],
  ])(
    'that %s is logged and counted, and gets the same window in its next call',
    async (_what, misbehave, text) => {
      const { published, publish } = recorder((call) => (call === 1 ? misbehave() : undefined));
      const context = await start({ publisher: publish, publishInterval: 100 });
      const monitor = context.get(MonitorService);
      for (const length of [9, 1]) monitor.kv('queue', length);
      await vi.advanceTimersByTimeAsync(100);
      expect(log.errors).toEqual([expect.stringContaining(text)]);
      monitor.kv('queue', 5);
      await vi.advanceTimersByTimeAsync(100);
      expect(published[1]).toMatchObject({ max_gauges: { queue: 9 }, min_gauges: { queue: 1 } });
      expect(await countersOf(context)).toMatchObject({ monitor_failed_publishes: 1 });
      await vi.advanceTimersByTimeAsync(100);
      expect(present(published[2]).max_gauges).not.toHaveProperty('queue');
    },
  );

  /** Settles when the signal is aborted, as `fetch()` does. */
  const untilAborted = (signal: AbortSignal) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    );

  it('that has not ended after publishTimeout has failed: its signal is aborted and its window kept', async () => {
    const signals: AbortSignal[] = [];
    const { published, publish } = recorder((call, signal) => {
      signals.push(signal);
      return call === 1 ? untilAborted(signal) : undefined;
    });
    const context = await start({ publisher: publish, publishInterval: 100, publishTimeout: 50 });
    context.get(MonitorService).kv('queue', 7);
    await vi.advanceTimersByTimeAsync(149);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals[0]?.aborted).toBe(true);
    expect(log.errors).toEqual([expect.stringContaining('not finished after 50 ms')]);
    await vi.advanceTimersByTimeAsync(50);
    expect(published).toHaveLength(2);
    expect(published[1]?.max_gauges).toHaveProperty('queue', 7);
    expect(await countersOf(context)).toMatchObject({ monitor_failed_publishes: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(signals[1]?.aborted).toBe(false);
  });

  it('that rejects after its timeout causes no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const { publish } = recorder(
      (_call, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => setTimeout(reject, 5))),
    );
    const context = await start({ publisher: publish, publishInterval: 100, publishTimeout: 20 });
    await vi.advanceTimersByTimeAsync(190);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
    expect(await countersOf(context)).toMatchObject({ monitor_failed_publishes: 1 });
  });

  it('that takes its whole interval and obeys its signal is called at every interval', async () => {
    const { published, publish } = recorder((_call, signal) => untilAborted(signal));
    const context = await start({ publisher: publish, publishInterval: 100 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(published).toHaveLength(10);
    expect(await countersOf(context)).not.toHaveProperty('monitor_skipped_publishes');
  });

  it.each([50, 100])(
    'that ignores its signal is not called again until it ends, with a timeout of %i ms and an interval of 100 ms',
    async (publishTimeout) => {
      let finish = (): void => {};
      const { published, publish } = recorder((call) =>
        call === 1 ? new Promise<void>((resolve) => (finish = resolve)) : undefined,
      );
      const context = await start({ publisher: publish, publishInterval: 100, publishTimeout });
      context.get(MonitorService).kv('queue', 7);
      await vi.advanceTimersByTimeAsync(450);
      expect(published).toHaveLength(1);
      expect(await countersOf(context)).toMatchObject({
        monitor_failed_publishes: 1,
        monitor_skipped_publishes: 3,
      });
      finish();
      await vi.advanceTimersByTimeAsync(50);
      expect(published).toHaveLength(2);
      expect(published[1]?.max_gauges).toHaveProperty('queue', 7);
    },
  );

  it('that ignores its signal is named in the log as the reason why it is not called', async () => {
    const { publish } = recorder(() => new Promise(() => {}));
    await start({ publisher: publish, publishInterval: 1_000, publishTimeout: 500 });
    await vi.advanceTimersByTimeAsync(62_000);
    expect(log.errors).toEqual([
      expect.stringContaining('not finished after 500 ms'),
      expect.stringMatching(/failed 62 times in 61 s.*previous call has timed out and has not ended/),
    ]);
  });

  it('that fails for hours is logged once with its stack, then in few summaries, and once when it works again', async () => {
    const stacks: unknown[] = [];
    const recordError = log.error.bind(log);
    log.error = (text: unknown, ...more: unknown[]) => {
      recordError(text);
      stacks.push(more[0]);
    };
    let isDown = true;
    const publisher = () => (isDown ? Promise.reject(new Error('refused')) : undefined);
    const context = await start({ publisher, collectors: { eventLoop: false, process: false } });
    await vi.advanceTimersByTimeAsync(10_090_000);
    expect(await countersOf(context)).toMatchObject({ monitor_failed_publishes: 1009 });
    // The first, after 1, 3, 7, 15, 31 and 63 minutes, and after 2 hours.
    expect(log.errors).toHaveLength(8);
    expect(log.errors[0]).toContain('Error: refused');
    expect(log.errors[1]).toContain('failed 7 times in 60 s');
    expect(stacks[0]).toContain('publisher.spec');
    expect(stacks.slice(1).filter((stack) => stack !== undefined)).toEqual([]);
    isDown = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.errors).toHaveLength(8);
    expect(log.messages.filter((text) => text.includes('works again'))).toEqual([
      expect.stringContaining('failed 1009 times in 3 h'),
    ]);
  });

  it('that is slow is not called again until it ends, and the skipped calls are counted', async () => {
    let finish = (): void => {};
    const { published, publish } = recorder(() => new Promise<void>((resolve) => (finish = resolve)));
    const context = await start({ publisher: publish, publishInterval: 100, publishTimeout: 10_000 });
    await vi.advanceTimersByTimeAsync(350);
    expect(published).toHaveLength(1);
    expect(await countersOf(context)).toMatchObject({ monitor_skipped_publishes: 2 });
    finish();
    await vi.advanceTimersByTimeAsync(50);
    expect(published).toHaveLength(2);
    expect(await countersOf(context)).not.toHaveProperty('monitor_failed_publishes');
  });

  it('that changes its snapshot changes no other snapshot and no metric', async () => {
    const seen = recorder();
    const vandal: Publisher = (metrics) => {
      metrics.counters.orders = -1;
      delete (metrics as Partial<MetricsSnapshot>).gauges;
      metrics.max_gauges = {};
    };
    const context = await start({ publisher: [vandal, seen.publish], publishInterval: 100 });
    const monitor = context.get(MonitorService);
    monitor.count('orders', 2);
    monitor.kv('queue', 4);
    await vi.advanceTimersByTimeAsync(200);
    expect(seen.published[0]).toMatchObject({
      counters: { orders: 2 },
      gauges: { queue: 4 },
      max_gauges: { queue: 4 },
    });
    expect(seen.published[1]).toMatchObject({ counters: { orders: 2 }, gauges: { queue: 4 } });
    expect(log.errors).toEqual([]);
  });

  it('is not affected by another publisher that fails or hangs', async () => {
    const good = recorder();
    const failing = recorder(() => Promise.reject(new Error('down')));
    const hanging = recorder(() => new Promise(() => {}));
    const context = await start({
      publisher: [failing.publish, hanging.publish, good.publish],
      publishInterval: 100,
      publishTimeout: 1_000,
    });
    const monitor = context.get(MonitorService);
    monitor.kv('queue', 4);
    await vi.advanceTimersByTimeAsync(100);
    monitor.kv('queue', 1);
    await vi.advanceTimersByTimeAsync(200);
    expect(good.published.map(({ max_gauges }) => max_gauges.queue)).toEqual([4, 1, undefined]);
    expect(failing.published.map(({ max_gauges }) => max_gauges.queue)).toEqual([4, 4, 4]);
    expect(hanging.published).toHaveLength(1);
  });

  describe('when the application closes', () => {
    it('is called once more, and not again by a second close()', async () => {
      const { published, publish } = recorder();
      const context = await start({ publisher: publish });
      context.get(MonitorService).count('orders', 3);
      await context.close();
      await context.close();
      expect(published).toHaveLength(1);
      expect(published[0]?.counters.orders).toBe(3);
    });

    it('is not called if the application never started', async () => {
      const { published, publish } = recorder();
      const app = await NestFactory.create(
        moduleOf({ imports: [MonitorModule.forRoot({ publisher: publish })] }),
        {
          logger: log,
        },
      );
      await app.close();
      expect(published).toHaveLength(0);
    });

    it('is called before the connection that it publishes through is closed', async () => {
      @Injectable()
      class Connection implements OnModuleDestroy {
        open = true;
        readonly sent: boolean[] = [];

        publish(): void {
          this.sent.push(this.open);
        }

        onModuleDestroy(): void {
          this.open = false;
        }
      }
      @Module({ providers: [Connection], exports: [Connection] })
      class ConnectionModule {}
      const monitor = MonitorModule.forRootAsync({
        imports: [ConnectionModule],
        inject: [Connection],
        useFactory: (connection: Connection) => ({ publisher: connection }),
      });
      const context = await NestFactory.createApplicationContext(
        moduleOf({ imports: [monitor, ConnectionModule] }),
        { logger: log },
      );
      const connection = context.get(Connection);
      await context.close();
      expect(connection).toMatchObject({ open: false, sent: [true] });
    });

    it('delays the close by publishTimeout at most, then its signal is aborted', async () => {
      const signals: AbortSignal[] = [];
      const { publish } = recorder((_call, signal) => {
        signals.push(signal);
        return new Promise(() => {});
      });
      const context = await start({ publisher: publish, publishTimeout: 300 });
      const closed = vi.fn();
      const closing = context.close().then(closed);
      await vi.advanceTimersByTimeAsync(299);
      expect(closed).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await closing;
      expect(signals).toEqual([expect.objectContaining({ aborted: true })]);
    });

    it('ends the current call, and is called a last time after it', async () => {
      let finish = (): void => {};
      const { published, publish } = recorder((call) =>
        call === 1 ? new Promise<void>((resolve) => (finish = resolve)) : undefined,
      );
      const context = await start({ publisher: publish, publishInterval: 100, publishTimeout: 10_000 });
      await vi.advanceTimersByTimeAsync(100);
      const closing = context.close();
      await vi.advanceTimersByTimeAsync(1);
      expect(published).toHaveLength(1);
      context.get(MonitorService).count('orders');
      finish();
      await closing;
      expect(published).toHaveLength(2);
      expect(published[1]?.counters.orders).toBe(1);
    });

    it('is called a last time after a call that has timed out', async () => {
      const { published, publish } = recorder((call, signal) =>
        call === 1 ? untilAborted(signal) : undefined,
      );
      const context = await start({ publisher: publish, publishInterval: 100, publishTimeout: 1_000 });
      context.get(MonitorService).kv('queue', 6);
      await vi.advanceTimersByTimeAsync(400);
      const closing = context.close();
      await vi.advanceTimersByTimeAsync(700);
      await closing;
      expect(published).toHaveLength(2);
      expect(published[1]?.max_gauges).toHaveProperty('queue', 6);
    });
  });

  describe('whose last call fails', () => {
    it('logs it even if the failures before it are only summarised', async () => {
      const context = await start({
        publisher: () => Promise.reject(new Error('down')),
        publishInterval: 1_000,
      });
      await vi.advanceTimersByTimeAsync(3_000);
      expect(log.errors).toHaveLength(1);
      await context.close();
      expect(log.errors[1]).toMatch(/last call.*Error: down.*not published/);
    });

    it('is not called while its previous call goes on, is waited for as long as publishTimeout, and it is logged', async () => {
      const { published, publish } = recorder(() => new Promise(() => {}));
      const context = await start({ publisher: publish, publishInterval: 100, publishTimeout: 300 });
      await vi.advanceTimersByTimeAsync(1_000);
      const closed = vi.fn();
      const closing = context.close().then(closed);
      await vi.advanceTimersByTimeAsync(299);
      expect(closed).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await closing;
      expect(published).toHaveLength(1);
      expect(log.errors.at(-1)).toMatch(/not called a last time.*previous call has not ended/);
    });
  });

  it('that fails is counted although the limit of series is reached', async () => {
    const context = await start({
      publisher: () => Promise.reject(new Error('down')),
      publishInterval: 100,
      maxSeries: 1,
    });
    context.get(MonitorService).count('only');
    await vi.advanceTimersByTimeAsync(300);
    expect(await countersOf(context)).toMatchObject({ monitor_failed_publishes: 3, only: 1 });
  });

  it('is called again even if logging its failure throws', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    log.error = log.warn = () => {
      throw new Error('the log is gone');
    };
    const { published, publish } = recorder(() => Promise.reject(new Error('down')));
    const context = await start({ publisher: publish, publishInterval: 100 });
    context.get(MonitorService).count('', Number.NaN);
    await vi.advanceTimersByTimeAsync(300);
    await context.close();
    expect(published).toHaveLength(4);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it.each<[Publisher, string]>([
    [() => Promise.reject(new Error('down')), 'Publisher 1 failed'],
    [Object.assign(() => Promise.reject(new Error('down')), { publish: 1 }), 'Publisher 1 failed'],
    [
      new (class Courier {
        publish(): never {
          throw new Error('down');
        }
      })(),
      'Publisher Courier failed',
    ],
  ])('has its class name in the log if it has one, or else its number', async (publisher, text) => {
    await start({ publisher: [publisher], publishInterval: 100 });
    await vi.advanceTimersByTimeAsync(100);
    expect(log.errors).toEqual([expect.stringContaining(text)]);
  });

  it('without publishers there is no timer', async () => {
    const before = vi.getTimerCount();
    await start({ collectors: { process: false, eventLoop: false, memory: false } });
    expect(vi.getTimerCount()).toBe(before);
  });
});

describe('afterLastPublish() of a publisher', () => {
  async function closing(afterLastPublish: () => unknown, options: MonitorOptions = {}) {
    const log = new RecordingLogger();
    const calls: string[] = [];
    const publisher: PublisherObject = {
      publish: () => void calls.push('publish'),
      afterLastPublish() {
        calls.push(this === publisher ? 'after' : 'after, not as its method');
        return afterLastPublish();
      },
    };
    const root = moduleOf({
      imports: [MonitorModule.forRoot({ publisher, publishInterval: 60_000, ...options })],
    });
    const context = await NestFactory.createApplicationContext(root, { logger: log });
    await context.close();
    await context.close();
    return { calls, log };
  }

  it('is called once after the last call of publish(), and awaited', async () => {
    let isClosed = false;
    const { calls, log } = await closing(async () => {
      await new Promise(setImmediate);
      isClosed = true;
    });
    expect(calls).toEqual(['publish', 'after']);
    expect(isClosed).toBe(true);
    expect(log.errors).toEqual([]);
  });

  it('is logged when it throws', async () => {
    const { log } = await closing(() => {
      throw new Error('already closed');
    });
    expect(log.errors).toEqual([expect.stringContaining('already closed')]);
  });

  it('delays the close by publishTimeout at most', async () => {
    const { log } = await closing(() => new Promise(() => {}), { publishTimeout: 20 });
    expect(log.errors).toEqual([expect.stringContaining('not finished after 20 ms')]);
  });
});
