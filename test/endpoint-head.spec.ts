import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MonitorModule } from '../src/index.js';
import { ADAPTERS, adapterOf, moduleOf } from './support/app.js';
import { RecordingLogger } from './support/recording-logger.js';
import { requestBytes, sendRaw } from './support/raw-http.js';
import { Seeded } from './support/seeded.js';

const PATHS = [
  '',
  '/',
  '/prometheus',
  '/history',
  '/findings',
  '/dashboard',
  '/dashboard/x.js',
  '/report',
  '/captures',
  '/captures/%2e%2e%2fx',
  '/profile/cpu',
  '/profile/allocations',
] as const;

const QUERIES = [
  'format=json',
  'format=pprof',
  'format=x',
  'reader=a',
  'reader=a?b',
  'process=1',
  `process=${process.pid}`,
  'process=x',
  'schema=9',
  'last=5',
  'since=-1',
  'series="',
  'sort=x',
  'top=0',
  '%',
] as const;

const HEADERS = [
  'Accept: text/html',
  'Accept: text/plain;version=0.0.4',
  'Accept: application/json',
  'Accept: application/octet-stream',
  'Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
  'Accept: ;,q=x',
  'Accept-Encoding: gzip',
  'Accept-Encoding: gzip;q=0',
  'If-None-Match: *',
  'Range: bytes=0-1',
] as const;

const REFUSED = ['Sec-Fetch-Site: cross-site', 'X-Forwarded-For: 127.0.0.1, 8.8.8.8', 'Via: 1.1 x'] as const;

/** Headers whose value depends on the time or on the body. */
const OF_THE_BODY = /^(date|content-length|transfer-encoding|content-disposition): /i;

const headOf = (answer: string) =>
  answer
    .slice(0, answer.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => !OF_THE_BODY.test(line));

describe.each(ADAPTERS)('HEAD on %s', (adapter) => {
  const log = new RecordingLogger();
  let app: INestApplication;
  let port: number;

  beforeAll(async () => {
    const diagnostics = { blockedLoop: false };
    const root = moduleOf({ imports: [MonitorModule.forRoot({ diagnostics })] });
    app = await NestFactory.create(root, adapterOf(adapter), { logger: log, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    port = Number(new URL(await app.getUrl()).port);
  });
  afterAll(() => app.close());

  it('has the status and the headers of GET, no body, and no error in the log, for 50 random requests', async () => {
    const random = new Seeded(1);
    for (let i = 0; i < 50; i++) {
      const path = random.pick(PATHS);
      const query: string[] = random.below(2) === 0 ? [] : [random.pick(QUERIES)];
      if (path.startsWith('/profile')) query.push('seconds=0.1');
      const headers: string[] = Array.from({ length: 2 }, () => random.pick(HEADERS));
      if (random.below(8) === 0) headers.push(random.pick(REFUSED));
      const target = `/monitor${path}?${query.join('&')}`;
      const [get, head] = [
        await sendRaw(port, requestBytes('GET', target, headers)),
        await sendRaw(port, requestBytes('HEAD', target, headers)),
      ];
      const request = `${target} ${headers.join(' | ')}`;
      expect(headOf(head), request).toEqual(headOf(get));
      expect(head.endsWith('\r\n\r\n'), request).toBe(true);
      expect(get, request).toMatch(/^HTTP\/1\.1 (200|302|40[034]) /);
      expect(get, request).toMatch(/\r\nCache-Control: no-store\r\n/);
    }
    expect(log.errors).toEqual([]);
  });
});
