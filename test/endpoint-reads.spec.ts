import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { get, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ReadLimiter } from '../src/endpoint/streaming/read-limiter.js';
import type { MonitorOptions } from '../src/index.js';
import { MonitorModule, MonitorPort, MonitorService } from '../src/index.js';
import type { TestApp } from './support/app.js';
import { ADAPTERS, moduleOf, startApp } from './support/app.js';
import { RecordingLogger } from './support/recording-logger.js';

const PLACES = ADAPTERS.flatMap((adapter) => [
  { adapter, place: 'the port of the application', options: {} as MonitorOptions },
  { adapter, place: 'a port of its own', options: { port: 0 } as MonitorOptions },
]);
const PATHS = ['', '/prometheus'];

/** An asynchronous step before the handler that a test controls: it reports when a request has arrived, and lets it continue. */
class Gate {
  private readonly arrivals: (() => void)[] = [];
  private readonly held: (() => void)[] = [];
  isClosed = true;

  pass(): Promise<void> {
    if (!this.isClosed) return Promise.resolve();
    const opened = new Promise<void>((resolve) => this.held.push(resolve));
    this.arrivals.shift()?.();
    return opened;
  }

  arrival(): Promise<void> {
    return new Promise((resolve) => this.arrivals.push(resolve));
  }

  open(): void {
    this.isClosed = false;
    for (const release of this.held.splice(0)) release();
  }
}

function endpointOf(running: TestApp): string {
  return running.app.get(MonitorPort).url ?? `${running.url}/monitor`;
}

function fill(monitor: MonitorService, series: number): void {
  for (let i = 0; i < series; i++) monitor.count('items', 1, { item: `${'long '.repeat(30)}${i}` });
}

/** A client that reads the headers of a response, and not its body. */
async function stall(url: string): Promise<IncomingMessage> {
  const [answer] = (await once(
    get(url, { agent: false }).on('error', () => {}),
    'response',
  )) as [IncomingMessage];
  answer.on('error', () => {});
  onTestFinished(() => void answer.destroy());
  return answer.pause();
}

describe.each(PLACES)('reads at $place on $adapter', ({ adapter, options }) => {
  const start = async (more: MonitorOptions = {}, configure?: (app: TestApp['app']) => unknown) => {
    const imports = [MonitorModule.forRoot({ maxSeries: 400_000, ...options, ...more })];
    const running = await startApp(adapter, { imports }, configure);
    return { running, endpoint: endpointOf(running), monitor: running.app.get(MonitorService) };
  };

  /** Asynchronous steps before the handler. On a port of its own, the endpoint runs only the first: the others are the application's. */
  const befores: { before: string; wait: (gate: Gate) => Parameters<typeof start> }[] = [
    {
      before: '`requestFilter`',
      wait: (gate) => [{ requestFilter: async () => (await gate.pass(), true) }],
    },
    {
      before: 'a middleware',
      wait: (gate) => [
        {},
        (app) =>
          app.use((_request: unknown, _response: unknown, next: () => void) => void gate.pass().then(next)),
      ],
    },
    {
      before: 'a global guard',
      wait: (gate) => [
        {},
        (app) => app.useGlobalGuards({ canActivate: async () => (await gate.pass(), true) }),
      ],
    },
  ];

  it.each(befores.slice(0, options.port === undefined ? befores.length : 1))(
    'are cancelled, and their windows given back, if the client disconnects before the answer begins, during $before',
    async ({ wait }) => {
      const gate = new Gate();
      const { running, endpoint, monitor } = await start(...wait(gate));
      monitor.kv('queue', 100);
      monitor.kv('queue', 1);
      for (let i = 0; i < 12; i++) {
        const arrived = gate.arrival();
        const leaving = request(endpoint + PATHS[i % 2], { agent: false }).on('error', () => {});
        leaving.end();
        await arrived;
        const closed = new Promise((resolve) => leaving.on('close', resolve));
        leaving.destroy();
        await closed;
      }
      // The server runs in the same event loop, so it handles the closed connections before the next request.
      const after = fetch(endpoint);
      await gate.arrival();
      gate.open();
      expect(await (await after).json()).toMatchObject({ max_gauges: { queue: 100 } });
      expect(await (await fetch(`${endpoint}/prometheus`)).text()).toContain('\nqueue_max 100\n');
      await expect.poll(() => running.app.get(ReadLimiter).used).toEqual({ reads: 0, documents: 0 });
    },
  );

  it('are limited together, JSON and text, by the documents that clients do not read', async () => {
    const { running, endpoint, monitor } = await start();
    fill(monitor, 60_000);
    const limiter = running.app.get(ReadLimiter);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => stall(`${endpoint}${PATHS[i % 2]}?reader=r${i}`)),
    );
    const statuses = answers.map(({ statusCode }) => statusCode);
    // Requests that arrive while a text is written share it; each JSON document is written separately.
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(limiter.used.documents).toBe(4);
    for (const path of PATHS) {
      const refused = await fetch(endpoint + path);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    }
    for (const answer of answers) answer.destroy();
    await expect.poll(() => limiter.used).toEqual({ reads: 0, documents: 0 });
    for (const path of PATHS) expect((await fetch(endpoint + path)).status).toBe(200);
  });

  it('of few series are all answered, however many arrive at once', async () => {
    const { endpoint } = await start();
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const response = await fetch(endpoint + PATHS[i % 2]);
        await response.text();
        return response.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('that wait behind a stalled one on their connection are cancelled with it', async () => {
    const { running, endpoint, monitor } = await start();
    fill(monitor, 60_000);
    const limiter = running.app.get(ReadLimiter);
    const { port, pathname } = new URL(endpoint);
    const one = `GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const client = connect(Number(port), '127.0.0.1', () => client.write(one.repeat(3)));
    client.pause();
    onTestFinished(() => void client.destroy());
    await expect.poll(() => limiter.used.documents).toBe(3);
    client.destroy();
    await expect.poll(() => limiter.used).toEqual({ reads: 0, documents: 0 });
  });

  it('do not delay app.close() if a client has stalled', async () => {
    const log = new RecordingLogger();
    const running = await startApp(
      adapter,
      { imports: [MonitorModule.forRoot({ maxSeries: 400_000, ...options })] },
      () => {},
      { forceCloseConnections: false, logger: log },
    );
    fill(running.app.get(MonitorService), 60_000);
    const endpoint = endpointOf(running);
    for (const path of PATHS) await stall(endpoint + path);
    await running.app.close();
    expect(log.errors).toEqual([]);
  });
});

describe.each(ADAPTERS)('a response of the monitor on %s', (adapter) => {
  it('has at most three close listeners of the monitor, also if it is long and compressed', async () => {
    const counts: number[] = [];
    const watch = (_request: unknown, response: ServerResponse, next: () => void) => {
      const before = response.listenerCount('close');
      response.on('newListener', (event) => {
        if (event === 'close') counts.push(response.listenerCount('close') + 1 - before);
      });
      next();
    };
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot()] }, (app) => app.use(watch));
    fill(running.app.get(MonitorService), 4000);
    for (const path of PATHS) {
      for (const encoding of ['gzip', 'identity']) {
        const response = await running.get(`/monitor${path}`, { headers: { 'Accept-Encoding': encoding } });
        expect((await response.text()).length).toBeGreaterThan(100_000);
      }
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(3);
  });

  it('does not make Node warn of a leak if the application adds close listeners too', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot()] }, (app) =>
      app.use((_request: unknown, response: ServerResponse, next: () => void) => {
        for (let i = 0; i < 6; i++) response.on('close', () => {});
        next();
      }),
    );
    fill(running.app.get(MonitorService), 4000);
    for (const path of PATHS) await (await running.get(`/monitor${path}`)).text();
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });
});

/** The idle timeout of a server, in milliseconds. */
const IDLE = 120_000;

describe.each(ADAPTERS)('on %s, a connection', (adapter) => {
  async function start(keepAliveTimeout: number) {
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot()] }, (app) => {
      Object.assign(app.getHttpServer() as Server, { timeout: IDLE, keepAliveTimeout });
    });
    const server = running.app.getHttpServer() as Server;
    const ended: Promise<unknown>[] = [];
    server.on('request', (_request, response: ServerResponse) => void ended.push(once(response, 'close')));
    const client = connect(running.port, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    const [socket] = (await once(server, 'connection')) as [Socket];
    /** Sends requests at once, and waits for the end of the first response. */
    const send = async (...paths: string[]) => {
      const begun = ended.length;
      client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
      await expect.poll(() => ended.length).toBe(begun + paths.length);
      await ended[begun];
    };
    return { client, socket, send };
  }

  it("has the server's idle timeout again after an answer, without keep-alive timeout too", async () => {
    const { client, socket, send } = await start(0);
    expect(socket.timeout).toBe(IDLE);
    client.resume();
    for (const path of ['/monitor', '/monitor/prometheus']) {
      await send(path);
      expect(socket.timeout).toBe(IDLE);
    }
  });

  it('has the keep-alive timeout after an answer', async () => {
    const { client, socket, send } = await start(60_000);
    client.resume();
    await send('/monitor');
    // Newer versions of Node add a second.
    expect([60_000, 61_000]).toContain(socket.timeout);
  });

  it('has no idle timeout during an answer that waited behind another one', async () => {
    const { client, socket, send } = await start(0);
    let text = '';
    client.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)));
    await send('/monitor', '/monitor/events');
    await expect.poll(() => text).toContain('text/event-stream');
    expect(socket.timeout).toBe(0);
  });
});

describe('over HTTP/2', () => {
  it('a reader whose stream is reset gets its window back', async () => {
    const gate = new Gate();
    const requestFilter = async () => (await gate.pass(), true);
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot({ requestFilter, maxSeries: 200_000 })] }),
      new FastifyAdapter({ http2: true } as never),
      { logger: false, forceCloseConnections: true },
    );
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const monitor = app.get(MonitorService);
    fill(monitor, 40_000);
    monitor.kv('queue', 100);
    monitor.kv('queue', 1);
    const session = connectHttp2(await app.getUrl());
    onTestFinished(() => session.destroy());
    const open = (path: string) => session.request({ ':path': path }).on('error', () => {});
    const arrived = gate.arrival();
    const early = open('/monitor');
    await arrived;
    early.close(8);
    await once(early, 'close');
    gate.open();
    const late = open('/monitor');
    await once(late, 'response');
    late.pause().close(8);
    await once(late, 'close');
    await expect.poll(() => app.get(ReadLimiter).used).toEqual({ reads: 0, documents: 0 });
    const last = open('/monitor').setEncoding('utf8');
    let text = '';
    last.on('data', (chunk: string) => (text += chunk));
    await once(last, 'end');
    expect(JSON.parse(text)).toMatchObject({ max_gauges: { queue: 100 } });
  });
});
