import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ADAPTERS, adapterOf, moduleOf, startApp } from './support/app.js';
import { simulatePeer } from './support/peers.js';
import { requestBytes, sendRaw, statusesOf } from './support/raw-http.js';

describe.each(ADAPTERS)('the endpoint on %s', (adapter) => {
  const start = (configure?: (app: INestApplication) => void) =>
    startApp(adapter, { imports: [MonitorModule.forRoot()] }, configure);

  it.each(['127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
    'answers a peer at %s',
    async (address) => {
      const running = await start((app) => simulatePeer(app, address));
      expect((await running.get('/monitor')).status).toBe(200);
    },
  );

  it.each([
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '8.8.8.8',
    '128.0.0.1',
    '126.255.255.255',
    '0.0.0.0',
    '::',
    '::2',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    '64:ff9b::127.0.0.1',
    'fc00::1',
    'fe80::1%eth0',
    '2001:db8::1',
    '',
    'localhost',
    undefined,
  ])('refuses a peer at %s', async (address) => {
    const running = await start((app) => simulatePeer(app, address));
    const answer = await sendRaw(running.port, requestBytes('GET', '/monitor'));
    expect(statusesOf(answer)).toEqual([403]);
    expect(answer).not.toContain('uptime');
  });

  it.each([['127.0.0.1'], ['::1'], ['127.0.0.1, ::1,127.1.2.3'], ['127.0.0.1 ,\t::ffff:127.0.0.1']])(
    'answers a request that was forwarded for %j',
    async (value) => {
      const running = await start();
      const answer = await sendRaw(
        running.port,
        requestBytes('GET', '/monitor', [`X-Forwarded-For: ${value}`]),
      );
      expect(statusesOf(answer)).toEqual([200]);
    },
  );

  it.each([
    ['10.0.0.1'],
    ['8.8.8.8'],
    ['10.0.0.1, 127.0.0.1'],
    ['127.0.0.1, 10.0.0.1'],
    ['127.0.0.1, 10.0.0.1, 127.0.0.1'],
    [''],
    [' '],
    [','],
    ['127.0.0.1,'],
    [',127.0.0.1'],
    ['localhost'],
    ['unknown'],
    ['127.0.0.1:8080'],
    ['[::1]'],
    ['"127.0.0.1"'],
    ['127.1'],
    ['0177.0.0.1'],
    ['0x7f.0.0.1'],
    ['2130706433'],
    ['127.0.0.1/8'],
    ['127.0.0.1;127.0.0.1'],
    ['127.0.0.1 127.0.0.1'],
    ['::1%lo'],
    ['fe80::1'],
    ['\u00a0127.0.0.1'],
    ['__proto__'],
    ['127.0.0.1, '.repeat(700) + '10.0.0.1'],
    ['x'.repeat(8000)],
    [','.repeat(8000)],
  ])('refuses a request that was forwarded for %j', async (value) => {
    const running = await start();
    const answer = await sendRaw(
      running.port,
      requestBytes('GET', '/monitor', [`X-Forwarded-For: ${value}`]),
    );
    expect(statusesOf(answer)).toEqual([403]);
    expect(running.log.errors).toEqual([]);
  });

  it('reads every X-Forwarded-For header, in any spelling', async () => {
    const running = await start();
    const ask = (...headers: string[]) => sendRaw(running.port, requestBytes('GET', '/monitor', headers));
    expect(statusesOf(await ask('X-Forwarded-For: 127.0.0.1', 'X-Forwarded-For: 10.0.0.1'))).toEqual([403]);
    expect(statusesOf(await ask('x-forwarded-FOR: 10.0.0.1', 'X-Forwarded-For: 127.0.0.1'))).toEqual([403]);
  });

  it('checks every request of a connection', async () => {
    const running = await start();
    const kept = requestBytes('GET', '/monitor', ['X-Forwarded-For: 10.0.0.1']).replace(
      'Connection: close\r\n',
      '',
    );
    const bytes =
      kept +
      kept.replace('10.0.0.1', '127.0.0.1') +
      requestBytes('GET', '/monitor', ['X-Forwarded-For: 10.0.0.1']);
    expect(statusesOf(await sendRaw(running.port, bytes))).toEqual([403, 200, 403]);
  });

  it.each(['/monitor/', '/MONITOR', '//monitor', '/monitor?x=1', '/%6donitor', '/monitor#x'])(
    'applies the guard to the spelling %s of its path',
    async (path) => {
      const running = await start();
      const answer = await sendRaw(running.port, requestBytes('GET', path, ['X-Forwarded-For: 10.0.0.1']));
      expect(statusesOf(answer)[0]).toBeGreaterThanOrEqual(400);
      expect(answer).not.toContain('uptime');
    },
  );

  it('refuses clients of a Unix socket, which are usually reverse proxies', async () => {
    const path = join(tmpdir(), `monitor-${randomUUID()}.sock`);
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot()] }),
      adapterOf(adapter),
      { logger: false, forceCloseConnections: true },
    );
    onTestFinished(() => app.close());
    await app.listen(path);
    expect(statusesOf(await sendRaw(path, requestBytes('GET', '/monitor')))).toEqual([403]);
    expect((await app.get(MonitorService).metrics()).counters).toMatchObject({
      requests: 1,
      private_requests: 0,
    });
  });

  it('uses the address of the socket even where the application trusts its proxies', async () => {
    const running = await start((app) => {
      simulatePeer(app, '203.0.113.7');
      if (adapter === 'express')
        (app as unknown as { set(key: string, value: unknown): void }).set('trust proxy', true);
    });
    const answer = await sendRaw(
      running.port,
      requestBytes('GET', '/monitor', ['X-Forwarded-For: 127.0.0.1']),
    );
    expect(statusesOf(answer)).toEqual([403]);
  });

  it('counts refused requests', async () => {
    const running = await start();
    await running.get('/monitor', { headers: { 'X-Forwarded-For': '10.0.0.1' } });
    expect((await running.app.get(MonitorService).metrics()).counters.requests).toBe(1);
  });
});
