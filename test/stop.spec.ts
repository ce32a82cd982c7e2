import type { BeforeApplicationShutdown, OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ADAPTERS, adapterOf, moduleOf } from './support/app.js';
import { eventually } from './support/eventually.js';
import { followOwnTimers } from './support/own-timers.js';
import { NEEDS_LINUX } from './support/tools.js';

/** The number of descriptors on /proc/self/stat: the monitor has one. */
function statDescriptors(): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => /^\/proc\/\d+\/stat$/.test(link)).length;
}

describe.each(ADAPTERS)('closing an application on %s', (adapter) => {
  const root = () =>
    moduleOf({
      imports: [
        ScheduleModule.forRoot(),
        MonitorModule.forRoot({ publisher: () => {}, publishInterval: 10 }),
      ],
    });
  const create = () =>
    NestFactory.create(root(), adapterOf(adapter), { logger: false, forceCloseConnections: true });

  it('leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const app = await create();
    await app.init();
    await vi.advanceTimersByTimeAsync(200);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await app.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer of the monitor, not even one that does not keep the process alive', async () => {
    const timers = followOwnTimers();
    const app = await NestFactory.create(
      moduleOf({
        imports: [MonitorModule.forRoot({ publisher: () => {}, publishInterval: 10, diagnostics: true })],
      }),
      adapterOf(adapter),
      { logger: false, forceCloseConnections: true },
    );
    await app.init();
    // The event loop, the process, the history, the publisher and the blocked loop each have one.
    await eventually(async () => expect((await timers()).length).toBeGreaterThanOrEqual(5));
    await app.close();
    expect(await timers()).toEqual([]);
  });

  it('leaves no listener on the server or the process', async () => {
    const processListeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const before = processListeners();
    const app = await create();
    const server = app.getHttpServer() as NodeJS.EventEmitter;
    server.on('upgrade', () => {});
    const events = ['request', 'dropRequest', 'upgrade', 'newListener', 'removeListener'];
    const listeners = () => events.map((event) => server.rawListeners(event));
    const beforeListening = listeners();
    await app.listen(0, '127.0.0.1');
    listeners().forEach((now, i) => expect(now).not.toEqual(beforeListening[i]));
    // One more listener for each event.
    expect(listeners().map((now) => now.length)).toEqual(beforeListening.map((of) => of.length + 1));
    await fetch(`${await app.getUrl()}/monitor`);
    await app.close();
    expect(listeners()).toEqual(beforeListening);
    expect(processListeners()).toEqual(before);
  });

  it.skipIf(NEEDS_LINUX.isMissing)(`leaves no descriptor open${NEEDS_LINUX.reason}`, async () => {
    const before = statDescriptors();
    const app = await create();
    await app.listen(0, '127.0.0.1');
    await fetch(`${await app.getUrl()}/monitor`);
    expect(statDescriptors()).toBe(before + 1);
    await app.close();
    expect(statDescriptors()).toBe(before);
  });

  it('works twice, and without init()', async () => {
    const never = await create();
    await never.get(MonitorService).metrics();
    await never.close();
    await never.close();
    const twice = await create();
    await twice.init();
    await twice.close();
    await twice.close();
    expect(statDescriptors()).toBe(0);
  });

  it('leaves no timer and no listener when it happens during the start', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const app = await create();
    const server = app.getHttpServer() as NodeJS.EventEmitter;
    const listeners = server.rawListeners('request');
    await Promise.allSettled([app.init(), app.close()]);
    expect(vi.getTimerCount()).toBe(0);
    expect(server.rawListeners('request')).toEqual(listeners);
    expect(server.listenerCount('newListener')).toBe(0);
  });

  it('counts requests as long as the application serves', async () => {
    let served = (): unknown => undefined;
    @Injectable()
    class Draining implements BeforeApplicationShutdown {
      async beforeApplicationShutdown(): Promise<void> {
        await served();
      }
    }
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot()], providers: [Draining] }),
      adapterOf(adapter),
      { logger: false, forceCloseConnections: true },
    );
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const statuses: number[] = [];
    served = async () => {
      for (const path of ['/monitor', '/nowhere']) statuses.push((await fetch(url + path)).status);
    };
    const monitor = app.get(MonitorService);
    await app.close();
    expect(statuses).toEqual([200, 404]);
    expect((await monitor.metrics()).counters.requests).toBe(2);
  });

  it('leaves the metrics readable, without an open descriptor', async () => {
    const app = await create();
    await app.init();
    const monitor = app.get(MonitorService);
    await app.close();
    monitor.count('late');
    const { counters, process } = await monitor.metrics();
    expect(counters.late).toBe(1);
    expect(process.cpu.num_threads).toBeGreaterThan(0);
    expect(statDescriptors()).toBe(0);
  });

  it('ends the counting, also for an adapter that another application uses afterwards', async () => {
    const app = await create();
    await app.init();
    const monitor = app.get(MonitorService);
    const instance = app.getHttpAdapter();
    await app.close();
    const testing = await Test.createTestingModule({}).compile();
    const other = testing.createNestApplication(adapter === 'express' ? instance : adapterOf(adapter));
    onTestFinished(() => other.close());
    await other.listen(0, '127.0.0.1');
    await fetch(await other.getUrl());
    expect((await monitor.metrics()).counters.requests).toBe(0);
  });
});

describe.each([
  ['before', true],
  ['after', false],
])('closing several processes with a global module that is imported %s MonitorModule', (_order, isFirst) => {
  it('lets that module still push the numbers of all', async () => {
    const pushed: unknown[] = [];
    @Global()
    @Module({})
    class OwnPusher implements OnApplicationShutdown {
      constructor(@Inject(MonitorService) private readonly monitor: MonitorService) {}

      async onApplicationShutdown(): Promise<void> {
        if (await this.monitor.pushes()) pushed.push((await this.monitor.metrics()).counters.orders);
      }
    }
    const directory = mkdtempSync(join(tmpdir(), 'nm-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const start = async () => {
      const imports = [MonitorModule.forRoot({ processes: { group: 'g', directory } }), OwnPusher];
      const root = moduleOf({ imports: isFirst ? imports.reverse() : imports });
      const context = await NestFactory.createApplicationContext(root, { logger: false });
      onTestFinished(() => context.close());
      return { context, monitor: context.get(MonitorService) };
    };
    const [first, second] = [await start(), await start()];
    expect(await first.monitor.pushes()).toBe(true);
    first.monitor.count('orders', 100);
    second.monitor.count('orders', 1000);
    await second.context.close();
    await first.context.close();
    expect(pushed).toEqual([1100]);
  });
});

describe('a process with the monitor', () => {
  const run = (script: string, ...args: string[]) => {
    const path = fileURLToPath(new URL(`scripts/${script}`, import.meta.url));
    const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return {
      child,
      ended: once(child, 'exit') as Promise<[number | null, string | null]>,
      output: () => output,
    };
  };

  it('exits when a standalone script is done, with and without close()', async () => {
    for (const close of ['close', 'leave']) {
      const { ended, output } = run('standalone.mjs', close);
      expect(await ended, output()).toEqual([0, null]);
      expect(output()).toBe(close === 'close' ? 'done\npublished\n' : 'done\n');
    }
  });

  it('exits at once on SIGTERM without shutdown hooks', async () => {
    const { child, ended, output } = run('server.mjs');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(output()).toBe('listening\n');
  });

  it('publishes a last time on SIGTERM with shutdown hooks, and exits by that signal', async () => {
    const { child, ended, output } = run('server.mjs', 'hooks');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(output()).toBe('listening\npublished\n');
  });
});
