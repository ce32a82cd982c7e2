import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http2';
import { connect as connectHttp2 } from 'node:http2';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorService } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { statusesOf } from '../support/raw-http.js';

/** TLS by a key that both ends have: there is no certificate that could expire. */
const KEY = Buffer.alloc(32, 'k');
const TLS = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const SERVER = { ...TLS, pskCallback: () => KEY };
const CLIENT = {
  ...TLS,
  pskCallback: () => ({ psk: KEY, identity: 'reader' }),
  checkServerIdentity: () => undefined,
};

const SERVERS = {
  'https on Express': () => [new ExpressAdapter(), { httpsOptions: SERVER }] as const,
  'https on Fastify': () => [new FastifyAdapter({ https: SERVER } as object), {}] as const,
  'HTTP/2 on Fastify': () =>
    [new FastifyAdapter({ http2: true, https: { ...SERVER, allowHTTP1: true } } as object), {}] as const,
};

async function start(
  name: keyof typeof SERVERS,
): Promise<{ port: number; monitor: MonitorService; log: RecordingLogger }> {
  const [adapter, options] = SERVERS[name]();
  const log = new RecordingLogger();
  const app = await NestFactory.create(moduleOf({ imports: [MonitorModule.forRoot()] }), adapter, {
    logger: log,
    forceCloseConnections: true,
    ...options,
  });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  return { port: Number(new URL(await app.getUrl()).port), monitor: app.get(MonitorService), log };
}

/** Headers that replace `Host: localhost:PORT` or are sent with it, and the expected status. */
function casesAt(port: number): [Record<string, string>, number][] {
  return [
    [{}, 200],
    [{ origin: `https://localhost:${port}`, 'sec-fetch-site': 'same-origin' }, 200],
    // The same name and port without TLS is another origin, and so is any other.
    [{ origin: `http://localhost:${port}` }, 403],
    [{ origin: 'https://localhost' }, 403],
    [{ origin: 'https://evil.example.com' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ host: `evil.example.com:${port}` }, 403],
    [{ host: `evil.example.com:${port}`, origin: `https://evil.example.com:${port}` }, 403],
    [{ host: `127.0.0.1:${port}`, origin: `https://127.0.0.1:${port}` }, 200],
    [{ 'x-forwarded-for': '8.8.8.8' }, 403],
    [{ 'x-forwarded-proto': 'https' }, 403],
  ];
}

const HTTPS = 'http_requests_in_flight_by_method{method="GET",scheme="https"}';

/** The series of requests in flight by method and scheme. */
async function schemesOf(monitor: MonitorService): Promise<string[]> {
  const { gauges } = await monitor.metrics();
  return Object.keys(gauges).filter((name) => name.startsWith('http_requests_in_flight_by_method'));
}

describe('over TLS, the monitor checks Host and Origin, and the scheme of requests is https', () => {
  it.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('by %s', async (name) => {
    const { port, monitor, log } = await start(name);
    expect(log.messages).toContain(`The monitor is at https://127.0.0.1:${port}/monitor`);
    for (const [headers, status] of casesAt(port)) {
      const lines = Object.entries({ host: `localhost:${port}`, ...headers }).map(
        ([key, value]) => `${key}: ${value}`,
      );
      for (const path of ['/monitor', '/monitor/prometheus']) {
        const socket = connect({ port, host: '127.0.0.1', ...CLIENT });
        socket.write([`GET ${path} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n'));
        expect(statusesOf(await text(socket)), JSON.stringify(headers)).toEqual([status]);
      }
    }
    expect(await schemesOf(monitor)).toEqual([HTTPS]);
  });

  it('by the :authority of each request of an HTTP/2 session, whatever its :scheme says', async () => {
    const { port, monitor } = await start('HTTP/2 on Fastify');
    const session = connectHttp2(`https://127.0.0.1:${port}`, CLIENT);
    onTestFinished(() => session.destroy());
    const ask = async (path: string, headers: Record<string, string>) => {
      const stream = session.request({ ':path': path, ':authority': `localhost:${port}`, ...headers });
      const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      stream.resume().end();
      return answer[':status'];
    };
    const authority = (host: string) => ({ ':authority': `${host}:${port}` });
    for (const [headers, status] of [
      ...casesAt(port).map(
        ([{ host, ...rest }, code]) => [host ? { ...rest, ':authority': host } : rest, code] as const,
      ),
      [{ ...authority('localhost'), host: 'evil.example.com' }, 403],
      [{ ...authority('evil.example.com'), host: 'localhost' }, 403],
      [{ ':scheme': 'http', origin: `http://localhost:${port}` }, 403],
    ] as const) {
      for (const path of ['/monitor', '/monitor/prometheus'])
        expect(await ask(path, headers), JSON.stringify(headers)).toBe(status);
    }
    expect(await schemesOf(monitor)).toEqual([HTTPS]);
  });
});
