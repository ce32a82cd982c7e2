import type { OnApplicationBootstrap } from '@nestjs/common';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createHook } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorMetricProducer } from '../src/exporters/opentelemetry/index.js';
import type { Collector, CollectorsOptions } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import { adapterOf, moduleOf, startApp } from './support/app.js';
import { eventually } from './support/eventually.js';

const start = (collectors: CollectorsOptions) =>
  startApp('fastify', { imports: [MonitorModule.forRoot({ collectors, measureInterval: 1 })] });

describe('a collector that is switched off', () => {
  it('leaves the keys of the process in place, as null', async () => {
    const running = await start({ process: false });
    const { process, instance } = await running.document();
    expect(process).toEqual({
      uptime: null,
      num_fds: null,
      max_fds: null,
      meminfo: { rss_bytes: null, vsz_bytes: null },
      cpu: { user_time: null, system_time: null, percent: null, num_threads: null },
    });
    expect(instance.pid).toBe(globalThis.process.pid);
  });

  it('has no series in Prometheus and OpenTelemetry either, not even at 0', async () => {
    const running = await start({ eventLoop: false, memory: false, gc: false, process: false });
    const text = await (await running.get('/monitor/prometheus')).text();
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(names).toContain('monitor_requests_total');
    expect(names.filter((name) => /^(nodejs|process|monitor_ioloop)_/.test(name ?? ''))).toEqual([
      'nodejs_version_info',
    ]);
    const { resourceMetrics } = await new MonitorMetricProducer(running.app.get(MonitorService)).collect();
    const exported = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map((one) => one.descriptor.name),
    );
    expect(exported).toContain('monitor.requests');
    expect(
      exported.filter((name) => /^(nodejs|v8js|process|monitor\.(ioloop|heap|process))/.test(name)),
    ).toEqual([]);
  });

  it.each([
    ['eventLoop', /^(ioloop_|callback|eventloop_|active_resources)/],
    ['memory', /^(heap_|external_bytes|array_buffers_bytes)/],
    ['gc', /^gc_duration/],
  ] as const)('leaves nothing of %s in the document, and everything else', async (collector, names) => {
    const namesOf = async (collectors: CollectorsOptions) => {
      const running = await start(collectors);
      if (collectors.eventLoop !== false) {
        await eventually(async () =>
          expect((await running.document()).gauges).toHaveProperty('eventloop_utilization'),
        );
      }
      const { counters, gauges, histograms } = await running.document();
      const all = [counters, gauges, histograms].flatMap((section) => Object.keys(section));
      // These vary: the active resources, and which requests that this process has sent have ended.
      return all.filter((name) => !/^(active_resources|http_request\w*\{|http_client_)/.test(name));
    };
    const all = await namesOf({});
    const without = await namesOf({ [collector]: false });
    expect(without).toEqual(all.filter((name) => !names.test(name)));
    expect(without.length).toBeLessThan(all.length);
  });

  it('sets no timer and no immediate, and those of the others end with the application', async () => {
    const aliveWith = async (isOn: boolean) => {
      const alive = new Set<number>();
      let isStarting = false;
      const hook = createHook({
        init: (id, type) => void (isStarting && /^(Timeout|Immediate)$/.test(type) && alive.add(id)),
        destroy: (id) => void alive.delete(id),
      }).enable();
      onTestFinished(() => void hook.disable());
      const collectors = { process: isOn, eventLoop: isOn, memory: isOn, gc: isOn };
      const app = await NestFactory.create(
        moduleOf({ imports: [MonitorModule.forRoot({ collectors })] }),
        adapterOf('fastify'),
        { logger: false },
      );
      isStarting = true;
      await app.init();
      isStarting = false;
      const started = alive.size;
      await app.close();
      await eventually(() => expect(alive.size).toBe(0));
      return started;
    };
    // The tick, the immediate and the timer of the sampler, and the timers that sample process and memory once a second.
    expect((await aliveWith(true)) - (await aliveWith(false))).toBe(5);
  });

  it('leaves no timer of any collector in an application that fails to start', async () => {
    class Failing implements OnApplicationBootstrap {
      onApplicationBootstrap(): void {
        throw new Error('no database');
      }
    }
    const timersWith = async (isOn: boolean) => {
      let timers = 0;
      const hook = createHook({
        init: (_id, type) => void (/^(Timeout|Immediate)$/.test(type) && timers++),
      });
      onTestFinished(() => void hook.disable());
      const collectors = { process: isOn, eventLoop: isOn, memory: isOn, gc: isOn };
      const app = await NestFactory.create(
        moduleOf({ imports: [MonitorModule.forRoot({ collectors })], providers: [Failing] }),
        adapterOf('express'),
        { logger: false, abortOnError: false },
      );
      hook.enable();
      await expect(app.init()).rejects.toThrow('no database');
      hook.disable();
      return timers;
    };
    expect(await timersWith(true)).toBe(await timersWith(false));
  });
});

/** A collector that keeps a list of what was called. */
class Recording implements Collector {
  readonly calls: string[] = [];

  start(monitor: MonitorService): void {
    this.calls.push('start');
    monitor.count('starts');
  }

  collect(monitor: MonitorService): void {
    this.calls.push('collect');
    monitor.kv('depth', this.calls.length);
  }

  stop(): void {
    this.calls.push('stop');
  }
}

describe('a collector of the application', () => {
  it('is started, called before each read, and stopped', async () => {
    const own = new Recording();
    const running = await start({ own });
    expect(own.calls).toEqual(['start']);
    expect((await running.document()).gauges).toHaveProperty('depth', 2);
    const { counters, gauges } = await running.app.get(MonitorService).metrics();
    expect(gauges).toHaveProperty('depth', 3);
    expect(counters).toHaveProperty('starts', 1);
    await running.app.close();
    await running.app.close();
    await running.app.get(MonitorService).metrics();
    expect(own.calls).toEqual(['start', 'collect', 'collect', 'stop']);
  });

  it('can be a provider with dependencies, MonitorService included', async () => {
    @Injectable()
    class Queue {
      readonly length = 7;
    }
    @Injectable()
    class QueueCollector implements Collector {
      constructor(
        private readonly queue: Queue,
        private readonly monitor: MonitorService,
      ) {}

      collect(): void {
        this.monitor.kv('queue_length', this.queue.length);
      }
    }
    @Module({ providers: [Queue, QueueCollector], exports: [QueueCollector] })
    class QueueModule {}
    const running = await startApp('fastify', {
      imports: [
        MonitorModule.forRootAsync({
          imports: [QueueModule],
          inject: [QueueCollector],
          useFactory: (own: QueueCollector) => ({ collectors: { own: [own] } }),
        }),
      ],
    });
    expect((await running.document()).gauges).toHaveProperty('queue_length', 7);
  });

  it('may be asynchronous: the document waits for it', async () => {
    let end = (): void => {};
    const query = new Promise<void>((resolve) => (end = resolve));
    const called = new EventEmitter();
    const own: Collector = {
      async collect(monitor) {
        called.emit('collect');
        await query;
        monitor.kv('slow', 5);
      },
    };
    const running = await start({ own });
    const collecting = once(called, 'collect');
    const document = running.document();
    await collecting;
    end();
    expect((await document).gauges).toHaveProperty('slow', 5);
  });

  it('does not affect the document when it throws or rejects: this is logged once and counted', async () => {
    const fail = (): never => {
      throw new Error('broken pool');
    };
    class Throwing implements Collector {
      start = fail;
      collect = fail;
      stop = fail;
    }
    class Rejecting implements Collector {
      collect = () => Promise.reject(new Error('broken query'));
    }
    const own = new Recording();
    const running = await start({ own: [new Throwing(), new Rejecting(), own] });
    await running.document();
    const { counters, gauges } = await running.document();
    // One start and two collects of the first, two collects of the second.
    expect(counters).toHaveProperty('monitor_failed_collects', 5);
    expect(gauges).toHaveProperty('depth', 3);
    await running.app.close();
    expect(own.calls.at(-1)).toBe('stop');
    expect(running.log.warnings).toEqual([
      expect.stringMatching(/^Throwing failed.*broken pool/),
      expect.stringMatching(/^Rejecting failed.*broken query/),
    ]);
    expect(running.log.errors).toEqual([]);
  });

  it('can read the metrics itself', async () => {
    const own: Collector = {
      collect(monitor) {
        void monitor.metrics('own').then(({ instance }) => monitor.kv('seen', instance.pid));
      },
    };
    const running = await start({ own });
    await running.document();
    expect((await running.document()).gauges).toHaveProperty('seen', process.pid);
    expect(running.log.warnings).toEqual([]);
  });

  it('delays only one read when it hangs, and is not called again until it has ended', async () => {
    const hanging = { calls: 0, end: () => {} };
    const own: Collector = {
      collect() {
        hanging.calls++;
        return hanging.calls === 1
          ? new Promise<void>((resolve) => (hanging.end = resolve))
          : Promise.resolve();
      },
    };
    onTestFinished(() => hanging.end());
    const running = await start({ own });
    const [first, second] = await Promise.all([running.document(), running.document('/monitor?reader=b')]);
    expect(first.counters).toHaveProperty('monitor_failed_collects', 1);
    expect(second.counters).toHaveProperty('monitor_failed_collects', 1);
    await running.document();
    expect(hanging.calls).toBe(1);
    hanging.end();
    await eventually(async () => {
      if (hanging.calls === 1) await running.document();
      expect(hanging.calls).toBe(2);
    });
    expect(running.log.warnings).toEqual([expect.stringMatching(/not finished after 1000 ms/)]);
    await eventually(() =>
      expect(running.log.messages).toContainEqual(expect.stringMatching(/works again.*failed once/)),
    );
  });

  it('cannot record samples under the name of a built-in metric', async () => {
    const running = await start({
      own: { collect: (monitor) => monitor.observe('monitor_failed_collects', 1) },
    });
    const { counters, histograms } = await running.document();
    expect(histograms).not.toHaveProperty('monitor_failed_collects');
    expect(counters).toHaveProperty('monitor_rejected_samples', 1);
  });
});
