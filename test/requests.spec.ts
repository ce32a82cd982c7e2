import type { CallHandler, CanActivate, NestInterceptor } from '@nestjs/common';
import { Body, Controller, Get, Param, ParseIntPipe, Post, Res, UseGuards } from '@nestjs/common';
import { APP_INTERCEPTOR, ExternalContextCreator, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import express from 'express';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { of } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MonitorOptions } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import type { TestApp } from './support/app.js';
import { ADAPTERS, adapterOf, moduleOf, startApp } from './support/app.js';
import { serveInstance } from './support/express-instance.js';
import { RecordingLogger } from './support/recording-logger.js';
import { requestBytes, sendRaw, statusesOf } from './support/raw-http.js';

class Never implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

/** Like a response cache: it responds itself, so no later interceptor sees the request. */
class Cache implements NestInterceptor {
  intercept(_context: unknown, _next: CallHandler) {
    return of('cached');
  }
}

@Controller('cats')
class CatsController {
  @Get()
  all(): string {
    return 'cats';
  }

  @Get('guarded')
  @UseGuards(Never)
  guarded(): string {
    return 'never';
  }

  @Get('broken')
  broken(): string {
    throw new Error('broken');
  }

  @Get('hanging')
  hanging(): Promise<never> {
    return new Promise(() => {});
  }

  @Get('raw')
  raw(@Res() response: ServerResponse | { raw: ServerResponse; hijack(): void }): void {
    if ('raw' in response) response.hijack();
    ('raw' in response ? response.raw : response).end('raw');
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number): number {
    return id;
  }

  @Post()
  add(@Body() body: unknown): unknown {
    return body;
  }
}

/** The increments of the three request counters during a step. */
async function increments(running: TestApp, step: () => Promise<unknown>): Promise<number[]> {
  const read = async () => {
    const { requests, localhost_requests, private_requests } = (
      await running.app.get(MonitorService).metrics()
    ).counters;
    return [requests, localhost_requests, private_requests];
  };
  const before = await read();
  await step();
  const after = await read();
  return after.map((value, index) => (value ?? NaN) - (before[index] ?? NaN));
}

const json = ['Content-Type: application/json'];

/** The bytes to send, and the status of each response: each is one request. */
const STEPS: [name: string, bytes: string, statuses: number[]][] = [
  ['a request that a handler responds to', requestBytes('GET', '/cats'), [200]],
  ['a HEAD request', requestBytes('HEAD', '/cats'), [200]],
  ['an unknown path', requestBytes('GET', '/dogs'), [404]],
  ['a known path with another method', requestBytes('DELETE', '/cats'), [404]],
  ['an OPTIONS request', requestBytes('OPTIONS', '/dogs'), [404]],
  ['a request that a guard rejects', requestBytes('GET', '/cats/guarded'), [403]],
  ['a request that a pipe rejects', requestBytes('GET', '/cats/felix'), [400]],
  ['a handler that throws', requestBytes('GET', '/cats/broken'), [500]],
  ['a handler that writes the response itself', requestBytes('GET', '/cats/raw'), [200]],
  ['a body that is not JSON', requestBytes('POST', '/cats', json, '{"name":'), [400]],
  ['a body that is too large', requestBytes('POST', '/cats', json, `"${'x'.repeat(2_000_000)}"`), [413]],
  ['a malformed URL', requestBytes('GET', '/cats/%zz'), [400]],
  ['a request to the monitor', requestBytes('GET', '/monitor'), [200]],
  [
    'a request that the monitor denies',
    requestBytes('GET', '/monitor', ['X-Forwarded-For: 10.0.0.1']),
    [403],
  ],
  [
    'two pipelined requests',
    requestBytes('GET', '/cats').replace('Connection: close\r\n', '') + requestBytes('GET', '/cats/1'),
    [200, 200],
  ],
];

describe.each(ADAPTERS)('requests on %s', (adapter) => {
  const start = (options: MonitorOptions = {}, providers: object[] = []) =>
    startApp(adapter, {
      imports: [MonitorModule.forRoot(options)],
      controllers: [CatsController],
      providers: providers as never[],
    });

  describe.each<[string, MonitorOptions]>([
    ['with the interceptor', {}],
    ['without the interceptor', { interceptor: false }],
  ])('%s', (_name, options) => {
    it.each(STEPS)('counts %s once for each response', async (_step, bytes, statuses) => {
      const running = await start(options);
      let answer = '';
      const added = await increments(running, async () => (answer = await sendRaw(running.port, bytes)));
      expect(statusesOf(answer)).toEqual(statuses);
      expect(added).toEqual([statuses.length, statuses.length, statuses.length]);
    });
  });

  it('counts a request on arrival, and not again when its client disconnects', async () => {
    const running = await start();
    const counters = async () => (await running.app.get(MonitorService).metrics()).counters;
    const server = running.app.getHttpServer() as Server;
    const client = connect(running.port, '127.0.0.1', () =>
      client.write(requestBytes('GET', '/cats/hanging')),
    );
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    expect((await counters()).requests).toBe(1);
    const closed = once(response, 'close');
    client.destroy();
    await closed;
    expect((await counters()).requests).toBe(1);
  });

  it('counts every request of a keep-alive connection', async () => {
    const running = await start();
    const keepAlive = requestBytes('GET', '/cats').replace('Connection: close\r\n', '');
    const added = await increments(running, () =>
      sendRaw(running.port, keepAlive.repeat(9) + requestBytes('GET', '/cats')),
    );
    expect(added).toEqual([10, 10, 10]);
  });

  it('counts an upgrade request, and leaves one without a listener to the application', async () => {
    const running = await start();
    const server = running.app.getHttpServer() as Server;
    const upgrade = requestBytes('GET', '/cats', ['Upgrade: doorbell']).replace(
      'Connection: close',
      'Connection: Upgrade',
    );
    const ring = (_request: unknown, socket: Duplex) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: doorbell\r\n\r\nding');
    };
    const ask = async () => {
      let answer = '';
      const added = await increments(running, async () => {
        answer = await sendRaw(
          running.port,
          upgrade.replace('Connection: Upgrade', 'Connection: Upgrade, close'),
        );
      });
      return [statusesOf(answer), added];
    };
    expect(await ask()).toEqual([[200], [1, 1, 1]]);
    server.on('upgrade', ring);
    expect(await ask()).toEqual([[101], [1, 1, 1]]);
    server.off('upgrade', ring);
    expect(server.listenerCount('upgrade')).toBe(0);
    expect(await ask()).toEqual([[200], [1, 1, 1]]);
  });

  it('counts a request that an earlier interceptor responds to', async () => {
    const running = await startApp(adapter, {
      imports: [
        moduleOf({ providers: [{ provide: APP_INTERCEPTOR, useClass: Cache }] }),
        MonitorModule.forRoot(),
      ],
      controllers: [CatsController],
    });
    const added = await increments(running, async () => {
      expect(await (await running.get('/cats')).text()).toBe('cached');
    });
    expect(added).toEqual([1, 1, 1]);
  });

  it('counts in an application created by a TestingModule', async () => {
    const testing = await Test.createTestingModule({
      imports: [MonitorModule.forRoot()],
      controllers: [CatsController],
    }).compile();
    const app = testing.createNestApplication(adapterOf(adapter), {
      logger: false,
      forceCloseConnections: true,
    });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    await fetch(`${await app.getUrl()}/dogs`);
    expect((await app.get(MonitorService).metrics()).counters.requests).toBe(1);
  });

  it('counts the requests of two applications in one process separately', async () => {
    const [one, other] = [await start(), await start()];
    await one.get('/cats');
    await one.get('/dogs');
    await other.get('/cats');
    expect((await one.document()).counters.requests).toBe(3);
    expect((await other.document()).counters.requests).toBe(2);
  });

  it('counts requests on every address of localhost', async () => {
    const log = new RecordingLogger();
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot()], controllers: [CatsController] }),
      adapterOf(adapter),
      { logger: log, forceCloseConnections: true },
    );
    onTestFinished(() => app.close());
    await app.listen(0, 'localhost');
    const { port } = new URL(await app.getUrl());
    await fetch(`http://localhost:${port}/cats`);
    await fetch(`http://localhost:${port}/dogs`);
    expect((await app.get(MonitorService).metrics()).counters).toMatchObject({
      requests: 2,
      localhost_requests: 2,
    });
  });
});

describe('requests on express', () => {
  it('are counted when a route answers them that the Express instance had before Nest', async () => {
    const instance = express();
    instance.get('/legacy', (_request, response) => {
      response.send('legacy');
    });
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot()] }),
      new ExpressAdapter(instance),
      { logger: false, forceCloseConnections: true },
    );
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    expect(await (await fetch(`${await app.getUrl()}/legacy`)).text()).toBe('legacy');
    expect((await app.get(MonitorService).metrics()).counters.requests).toBe(1);
  });

  it('are counted on a second server that listens with the same Express instance', async () => {
    const instance = express();
    instance.get('/legacy', (_request, response) => void response.send('legacy'));
    const { app, port } = await serveInstance(instance, {
      imports: [MonitorModule.forRoot()],
      controllers: [CatsController],
    });
    await sendRaw(port, requestBytes('GET', '/cats'));
    // A route that the instance had before Nest.
    await sendRaw(port, requestBytes('GET', '/legacy'));
    expect((await app.get(MonitorService).metrics()).counters.requests).toBe(2);
  });
});

describe('requests on express that have a property named raw', () => {
  it.each([['a body'], [Buffer.from('x')], [undefined], [null], [{ socket: 1 }], [() => {}]])(
    'are counted, and access is decided by their socket, when raw is %s',
    async (raw) => {
      const running = await startApp(
        'express',
        { imports: [MonitorModule.forRoot()], controllers: [CatsController] },
        (app) =>
          app.use((request: object, response: object, next: () => void) => {
            Object.assign(request, { raw });
            Object.assign(response, { raw });
            next();
          }),
      );
      expect((await running.get('/cats')).status).toBe(200);
      expect((await running.document()).counters).toMatchObject({ requests: 2, localhost_requests: 2 });
    },
  );
});

describe('handlers that a library runs by ExternalContextCreator', () => {
  it.each([[undefined], ['text'], [{ id: 1 }], [Object.freeze({ id: 1 })], [{ raw: 'payload' }]])(
    'run as without the monitor, and are not counted as HTTP requests, with %j',
    async (argument) => {
      const context = await NestFactory.createApplicationContext(
        moduleOf({ imports: [MonitorModule.forRoot()], providers: [] }),
        { logger: false },
      );
      onTestFinished(() => context.close());
      class Handlers {
        handle(given: unknown): unknown {
          return given;
        }
      }
      const handlers = new Handlers();
      // oxlint-disable-next-line typescript/unbound-method
      const handle = context.get(ExternalContextCreator).create(handlers, handlers.handle, 'handle');
      expect(await handle(argument)).toBe(argument);
      expect((await context.get(MonitorService).metrics()).counters.requests).toBe(0);
    },
  );
});

describe('requests on fastify', () => {
  it('are counted when they are made by inject()', async () => {
    const running = await startApp('fastify', {
      imports: [MonitorModule.forRoot()],
      controllers: [CatsController],
    });
    const added = await increments(running, () => (running.app as NestFastifyApplication).inject('/cats'));
    expect(added).toEqual([1, 1, 1]);
  });
});
