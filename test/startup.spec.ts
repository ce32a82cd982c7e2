import type { INestApplicationContext, OnApplicationBootstrap } from '@nestjs/common';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PromClientModule } from '../src/exporters/prom-client/index.js';
import type { Collector } from '../src/index.js';
import { MonitorModule, MonitorPort } from '../src/index.js';
import { adapterOf } from './support/app.js';

/** Ways to start an application with a root module. Each has ended when its promise settles. */
const KINDS: Record<string, (root: new () => object) => Promise<INestApplicationContext>> = {
  express: async (root) =>
    (await NestFactory.create(root, adapterOf('express'), { logger: false, abortOnError: false })).init(),
  fastify: async (root) =>
    (await NestFactory.create(root, adapterOf('fastify'), { logger: false, abortOnError: false })).init(),
  'a standalone context': (root) =>
    NestFactory.createApplicationContext(root, { logger: false, abortOnError: false }),
  'a microservice': async (root) => {
    const options = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: 0 } };
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(root, {
      ...options,
      logger: false,
      abortOnError: false,
    });
    await app.listen();
    return app;
  },
  'a testing module': async (root) =>
    (
      await Test.createTestingModule({ imports: [root] })
        .setLogger(false as never)
        .compile()
    ).init(),
};

describe.each(Object.keys(KINDS))('an application (%s)', (kind) => {
  let events: string[];
  let registry: Registry;
  let port: MonitorPort | undefined;
  let onPublish: () => void;

  beforeEach(() => {
    events = [];
    onPublish = () => {};
    registry = new Registry();
    port = undefined;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  });

  afterEach(() => void vi.useRealTimers());

  const collector: Collector = { start: () => void events.push('collector') };

  /** A root module whose hook calls this, and adds `application` to the events when it has finished. */
  function rootWith(onBootstrap: () => void | Promise<void>, ownPort = 0) {
    @Injectable()
    class Late implements OnApplicationBootstrap {
      constructor(ours: MonitorPort) {
        port = ours;
      }

      async onApplicationBootstrap(): Promise<void> {
        await onBootstrap();
        events.push('application');
      }
    }
    @Module({
      imports: [
        MonitorModule.forRoot({
          port: ownPort,
          publisher: () => {
            events.push('publisher');
            onPublish();
          },
          publishInterval: 20,
          collectors: { own: [collector] },
        }),
        PromClientModule.forRoot({ registry }),
      ],
      providers: [Late],
    })
    class Root {}
    return Root;
  }

  const start = KINDS[kind] as (root: new () => object) => Promise<INestApplicationContext>;

  it('has nothing of the monitor running before the hooks of all its modules have succeeded', async () => {
    const before = vi.getTimerCount();
    const atBootstrap: unknown[] = [];
    const root = rootWith(async () => {
      await vi.advanceTimersByTimeAsync(100);
      atBootstrap.push(port?.url, vi.getTimerCount() - before, (await registry.metrics()).trim());
    });
    const app = await start(root);
    expect(atBootstrap).toEqual([undefined, 0, '']);
    expect(events).toEqual(['application', 'collector']);
    expect(port?.url).toMatch(/^http:/);
    expect(await registry.metrics()).toContain('process_threads');
    // Before the publisher is called, files of the kernel are read.
    const published = new Promise<void>((resolve) => (onPublish = resolve));
    await vi.advanceTimersByTimeAsync(20);
    await published;
    expect(events).toEqual(['application', 'collector', 'publisher']);
    const closing = app.close();
    await vi.advanceTimersByTimeAsync(2_000);
    await closing;
  });

  it('has nothing of the monitor running if one of those hooks has failed', async () => {
    const before = vi.getTimerCount();
    const root = rootWith(() => Promise.reject(new Error('no database')));
    await expect(start(root)).rejects.toThrow('no database');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events).toEqual([]);
    expect(port?.url).toBeUndefined();
    expect(vi.getTimerCount()).toBe(before);
    expect((await registry.metrics()).trim()).toBe('');
  });

  it('has nothing of the monitor running if its own port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const before = vi.getTimerCount();
    await expect(start(rootWith(() => {}, (taken.address() as AddressInfo).port))).rejects.toThrow(
      'EADDRINUSE',
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events).toEqual(['application']);
    expect(vi.getTimerCount()).toBe(before);
    expect((await registry.metrics()).trim()).toBe('');
  });
});
