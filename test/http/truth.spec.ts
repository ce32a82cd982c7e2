import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MonitorService } from '../../src/index.js';
import { ADAPTERS, adapterOf } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { requestBytes, sendRaw } from '../support/raw-http.js';
import { watch } from './traffic.js';
import type { Setting } from './zoo.js';
import { SETTINGS, zooOf } from './zoo.js';

const json = ['Content-Type: application/json'];
const keepAlive = (bytes: string) => bytes.replace('Connection: close\r\n', '');

/** A request to a path below the base, and its expected status and route below the base. */
const ROWS: [what: string, method: string, path: string, route: string, status: number, extra?: object][] = [
  ['that a handler responds to', 'GET', '/cats', '/cats', 200],
  ['with HEAD', 'HEAD', '/cats', '/cats', 200],
  ['with a query', 'GET', '/cats?id=1', '/cats', 200],
  ['with a parameter', 'GET', '/cats/7', '/cats/:id', 200],
  ['for an unknown path', 'GET', '/dogs', 'unmatched', 404],
  ['for a path with a parameter that is empty', 'GET', '/lions//roar', 'unmatched', 404],
  ['for a known path with another method', 'DELETE', '/cats', 'unmatched', 404],
  ['with OPTIONS', 'OPTIONS', '/cats', 'unmatched', 404],
  ['with an uncommon method', 'PROPFIND', '/cats', 'unmatched', 404],
  ['that a guard rejects', 'GET', '/cats/guarded', '/cats/guarded', 403],
  ['whose handler throws a 401', 'GET', '/cats/secret', '/cats/secret', 401],
  ['whose handler throws an HttpException', 'GET', '/cats/taken', '/cats/taken', 409],
  ['whose handler throws an Error', 'GET', '/cats/broken', '/cats/broken', 500],
  ['that an exception filter responds to', 'GET', '/cats/teapot', '/cats/teapot', 418],
  ['that a pipe rejects', 'GET', '/cats/felix', '/cats/:id', 400],
  ['whose body is invalid JSON', 'POST', '/cats', '/cats', 400, { body: '{"name":' }],
  ['whose body is too large', 'POST', '/cats', '/cats', 413, { body: `"${'x'.repeat(2_000_000)}"` }],
  ['of a handler with @HttpCode()', 'GET', '/cats/accepted', '/cats/accepted', 202],
  ['of a handler with @Redirect()', 'GET', '/cats/moved', '/cats/moved', 301],
  ['of a handler that responds by @Res() at once', 'GET', '/cats/at-once', '/cats/at-once', 203],
  ['of a handler that responds by @Res() later', 'GET', '/cats/late', '/cats/late', 203],
  ['of a handler that returns a stream', 'GET', '/cats/streamed', '/cats/streamed', 200],
  ['that a middleware responds to', 'GET', '/cats/blocked', '/cats/blocked', 429],
  ['for the first of two paths of a controller', 'GET', '/lions/leo/roar', '/lions/:name/roar', 200],
  ['for the second of two paths of a controller', 'GET', '/tigers/tim/roar', '/tigers/:name/roar', 200],
];

interface Running {
  app: INestApplication;
  server: Server;
  port: number;
}

async function run(adapter: (typeof ADAPTERS)[number], setting: Setting): Promise<Running> {
  const app = await NestFactory.create(zooOf(setting), adapterOf(adapter), {
    logger: false,
    forceCloseConnections: true,
  });
  setting.configure?.(app);
  const answer = (_request: unknown, response: { send(body: string): void }) => response.send('raw');
  app.getHttpAdapter().get('/raw/:name', answer);
  const writeHead = (_request: unknown, response: ServerResponse | { raw: ServerResponse }) =>
    void ('raw' in response ? response.raw : response).writeHead(200);
  app.getHttpAdapter().get('/head', writeHead);
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  return { app, server, port: (server.address() as { port: number }).port };
}

describe.each(ADAPTERS)('a request on %s', (adapter) => {
  describe.each(SETTINGS)('$name', (setting) => {
    const { base } = setting;
    const route = (path: string) => (path === 'unmatched' ? path : base + path);
    let running: Running;
    const send = (bytes: string) => sendRaw(running.port, bytes);
    const get = (path: string) => requestBytes('GET', base + path);

    beforeAll(async () => {
      running = await run(adapter, setting);
    });

    afterAll(() => running.app.close());

    it.each(ROWS)(
      '%s counts once, with its route and status',
      async (_what, method, path, its, status, extra) => {
        const body = (extra as { body?: string } | undefined)?.body;
        const bytes = requestBytes(method, base + path, body === undefined ? [] : json, body);
        let answer = '';
        const seen = await watch(running.app, async () => (answer = await send(bytes)));
        expect(answer).toContain(`HTTP/1.1 ${status} `);
        const label = method === 'PROPFIND' ? '_OTHER' : method;
        expect(seen).toEqual({ requests: [`${label} ${route(its)} ${status}`], aborted: [] });
      },
    );

    it('for server-sent events counts once, when the stream has ended, and has no duration', async () => {
      const stream = `GET ${base}/cats/events 200`;
      const receive = async () => {
        const client = connect(running.port, '127.0.0.1', () => client.write(get('/cats/events')));
        let answer = '';
        client.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
        await expect.poll(() => answer, { interval: 2 }).toMatch(/data: two[^]*0\r\n\r\n$/);
        await disconnect(client);
      };
      const seen = await watch(running.app, receive, [stream]);
      expect(seen).toEqual({ requests: [stream], aborted: [] });
    });

    it('for a route of the adapter counts with its pattern', async () => {
      const seen = await watch(running.app, () => send(requestBytes('GET', '/raw/x')));
      expect(seen.requests).toEqual(['GET /raw/:name 200']);
    });

    it('with a malformed URL counts as unmatched', async () => {
      const seen = await watch(running.app, () => send(get('/cats/%zz')));
      expect(seen.requests).toEqual(['GET unmatched 400']);
    });

    it('for a wildcard route counts with its pattern', async () => {
      const seen = await watch(running.app, () => send(get('/cats/files/a/b')));
      const pattern = adapter === 'express' ? '/cats/files/{*path}' : '/cats/files/*';
      expect(seen.requests).toEqual([`GET ${route(pattern)} 200`]);
    });

    it('whose response fails midway counts with the status that was sent, and as aborted', async () => {
      const seen = await watch(running.app, () => send(get('/cats/torn')));
      expect(seen).toEqual({
        requests: [`GET ${base}/cats/torn 200`],
        aborted: [`GET ${base}/cats/torn`],
      });
    });

    it.each<[string, boolean]>([
      ['/cats/endless', false],
      ['/cats/endless-events', true],
    ])(
      'whose client disconnects during the response counts with its status, and as aborted: %s',
      async (path, isStream) => {
        const request = `GET ${base}${path} 200`;
        const leave = async () => {
          const client = connect(running.port, '127.0.0.1', () => client.write(get(path)));
          await once(client, 'data');
          await disconnect(client);
        };
        const seen = await watch(running.app, leave, isStream ? [request] : []);
        expect(seen).toEqual({ requests: [request], aborted: [`GET ${base}${path}`] });
      },
    );

    it('whose handler never settles is in flight until its client disconnects, and then aborted', async () => {
      const seen = await watch(running.app, async () => {
        const client = connect(running.port, '127.0.0.1', () => client.write(get('/cats/hanging')));
        await once(running.server, 'request');
        const { gauges } = await running.app.get(MonitorService).metrics();
        expect(gauges.http_requests_in_flight).toBe(1);
        await disconnect(client);
      });
      expect(seen).toEqual({
        requests: [`GET ${base}/cats/hanging aborted`],
        aborted: [`GET ${base}/cats/hanging`],
      });
    });

    it('whose head was not sent yet counts as aborted', async () => {
      const seen = await watch(running.app, async () => {
        const arrived = once(running.server, 'request') as Promise<[unknown, ServerResponse]>;
        const client = connect(running.port, '127.0.0.1', () => client.write(requestBytes('GET', '/head')));
        const [, response] = await arrived;
        await eventually(() => expect(response.headersSent).toBe(true));
        await disconnect(client);
      });
      expect(seen).toEqual({ requests: ['GET /head aborted'], aborted: ['GET /head'] });
    });

    it('counts each time on a keep-alive connection and when pipelined', async () => {
      const several = keepAlive(get('/cats')) + keepAlive(get('/dogs')) + get('/cats/1');
      const seen = await watch(running.app, () => send(several));
      expect(seen.requests).toEqual(
        [`GET ${base}/cats 200`, `GET ${base}/cats/:id 200`, 'GET unmatched 404'].sort(),
      );
    });

    it('that is pipelined behind a pending one counts as aborted when the connection closes', async () => {
      const seen = await watch(running.app, async () => {
        const several = keepAlive(get('/cats/hanging')).repeat(2) + get('/cats');
        const client = connect(running.port, '127.0.0.1', () => client.write(several));
        await requests(running.server, 3);
        await disconnect(client);
      });
      expect(seen.requests).toHaveLength(3);
      // It was answered, but not sent: it waits for the first response.
      expect(seen.requests).toContain(`GET ${base}/cats aborted`);
      expect(seen.requests.filter((line) => line === `GET ${base}/cats/hanging aborted`)).toHaveLength(2);
      expect(seen.aborted).toHaveLength(3);
    });
  });

  it('that an earlier interceptor responds to counts with its route', async () => {
    const { app, port } = await run(adapter, { name: '', base: '', cached: true });
    try {
      const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/cats/7')));
      expect(seen.requests).toEqual(['GET /cats/:id 200']);
    } finally {
      await app.close();
    }
  });
});

/** Resolves when this many requests have arrived, possibly in one iteration of the event loop. */
function requests(server: Server, count: number): Promise<void> {
  return new Promise((resolve) => {
    server.on('request', function onRequest() {
      if (--count > 0) return;
      server.off('request', onRequest);
      resolve();
    });
  });
}

async function disconnect(client: Socket): Promise<void> {
  const closed = once(client, 'close');
  client.destroy();
  await closed;
}
