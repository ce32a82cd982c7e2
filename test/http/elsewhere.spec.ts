import { Controller, Get, Res, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import type { FastifyReply } from 'fastify';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { ClientHttp2Session, Http2ServerRequest } from 'node:http2';
import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { NEVER } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, moduleOf, startApp } from '../support/app.js';
import { requestBytes, sendRaw, statusesOf } from '../support/raw-http.js';
import { watch } from './traffic.js';

@Controller('cats')
class CatsController {
  @Get()
  all(): string {
    return 'cats';
  }

  @Get('hanging')
  hanging(): Promise<never> {
    return new Promise(() => {});
  }

  /** More than a client of HTTP/2 takes before it reads. */
  @Get('large')
  large(@Res() { raw }: FastifyReply): void {
    raw.end(Buffer.alloc(300_000));
  }

  @Sse('events')
  events() {
    return NEVER;
  }
}

const metadata = () => ({ imports: [MonitorModule.forRoot()], controllers: [CatsController] });

describe('requests over HTTP/2 on fastify', () => {
  const start = async () => {
    const app = await NestFactory.create<NestFastifyApplication>(
      moduleOf(metadata()),
      new FastifyAdapter({ http2: true }),
      { logger: false },
    );
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const client = connect(await app.getUrl());
    onTestFinished(() => client.destroy());
    return { app, client };
  };
  const ask = async (client: ClientHttp2Session, path: string, method = 'GET') => {
    const stream = client.request({ ':path': path, ':method': method });
    stream.resume();
    await once(stream, 'close');
  };

  it('count once each with their route and status, many on one connection', async () => {
    const { app, client } = await start();
    const seen = await watch(app, () =>
      Promise.all([
        ask(client, '/cats'),
        ask(client, '/cats?2'),
        ask(client, '/dogs'),
        ask(client, '/cats', 'HEAD'),
      ]),
    );
    expect(seen.requests).toEqual(['GET /cats 200', 'GET /cats 200', 'GET unmatched 404', 'HEAD /cats 200']);
    expect(seen.aborted).toEqual([]);
  });

  it('count with one label for all unknown methods', async () => {
    const { app, client } = await start();
    const seen = await watch(app, async () => {
      for (const method of ['BREW', 'POUR', 'get']) await ask(client, '/cats', method);
    });
    expect(new Set(seen.requests.map((line) => line.split(' ')[0]))).toEqual(new Set(['_OTHER']));
  });

  it('count as aborted when their stream is reset', async () => {
    const { app, client } = await start();
    const seen = await watch(app, async () => {
      const stream = client.request({ ':path': '/cats/hanging' });
      await once(app.getHttpServer() as Server, 'request');
      stream.close(8);
      await once(stream, 'close');
    });
    expect(seen).toEqual({ requests: ['GET /cats/hanging aborted'], aborted: ['GET /cats/hanging'] });
  });

  it('count as aborted when the application destroys their session before the body was sent', async () => {
    const { app, client } = await start();
    const seen = await watch(app, async () => {
      const arrived = once(app.getHttpServer() as Server, 'request');
      const stream = client.request({ ':path': '/cats/large' });
      const [{ stream: served }] = (await arrived) as [Http2ServerRequest];
      await once(stream, 'response');
      served.session?.destroy();
      await once(client, 'close');
    });
    expect(seen).toEqual({ requests: ['GET /cats/large 200'], aborted: ['GET /cats/large'] });
  });

  it('count once with HEAD too, though their response is never ended', async () => {
    const { app, client } = await start();
    const stream = 'HEAD /cats/events 200';
    const send = async () => {
      await ask(client, '/cats/events', 'HEAD');
      for (const code of [undefined, 8]) {
        const request = client.request({ ':path': '/cats/hanging', ':method': 'HEAD' });
        await once(app.getHttpServer() as Server, 'request');
        if (code === undefined) request.destroy();
        else request.close(code);
        await once(request, 'close');
      }
    };
    const seen = await watch(app, send, [stream]);
    expect(seen.requests).toEqual([stream, 'HEAD /cats/hanging aborted', 'HEAD /cats/hanging aborted']);
    expect(seen.aborted).toEqual(['HEAD /cats/hanging', 'HEAD /cats/hanging']);
  });
});

describe('requests on fastify by inject()', () => {
  it('count once with their route and status, and are complete', async () => {
    const { app } = await startApp('fastify', metadata());
    const seen = await watch(app, async () => {
      for (const url of ['/cats', '/dogs']) await (app as NestFastifyApplication).inject(url);
    });
    expect(seen).toEqual({ requests: ['GET /cats 200', 'GET unmatched 404'], aborted: [] });
  });
});

describe.each(ADAPTERS)('requests on %s that Node rejects', (adapter) => {
  it('count as 503 above maxRequestsPerSocket', async () => {
    const running = await startApp(adapter, metadata());
    (running.app.getHttpServer() as Server).maxRequestsPerSocket = 1;
    const bytes = requestBytes('GET', '/cats').replace('Connection: close\r\n', '');
    const seen = await watch(running.app, async () => {
      const client = connectSocket(running.port, '127.0.0.1', () => client.write(bytes + bytes));
      let answer = '';
      client.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
      await expect.poll(() => statusesOf(answer), { interval: 2 }).toEqual([200, 503]);
      client.destroy();
    });
    expect(seen.requests).toEqual(['GET /cats 200', 'GET unmatched 503']);
  });
});

describe('requests on express below a router', () => {
  const start = async (mount: (instance: express.Express) => void) => {
    const instance = express();
    mount(instance);
    const app = await NestFactory.create(moduleOf(metadata()), new ExpressAdapter(instance), {
      logger: false,
      forceCloseConnections: true,
    });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as { port: number };
    return { app, get: (path: string) => sendRaw(port, requestBytes('GET', path)) };
  };
  const router = () => {
    const it = express.Router();
    it.get('/', (_request, response) => void response.send('all'));
    it.get('/:id', (_request, response) => void response.send('one'));
    return it;
  };

  it('count with the whole pattern, never with the path of the URL', async () => {
    const { app, get } = await start((instance) => {
      instance.use('/queues', express.Router().use('/jobs', router()));
      instance.use('/tenants/:tenant', router());
      instance.use(/^\/x\d+/, router());
    });
    const seen = await watch(app, async () => {
      for (const path of [
        '/queues/jobs/7',
        '/QUEUES/Jobs/7',
        '/queues/jobs',
        '/tenants/acme/7',
        '/x1/7',
        '/x2/7',
      ])
        await get(path);
    });
    expect(seen.requests).toEqual(
      [
        'GET /queues/jobs/:id 200',
        'GET /queues/jobs/:id 200',
        'GET /queues/jobs 200',
        'GET /tenants/:tenant/:id 200',
        'GET */:id 200',
        'GET */:id 200',
      ].sort(),
    );
  });

  it('count with the whole pattern in an Express application that is mounted', async () => {
    const { app, get } = await start((instance) =>
      instance.use('/inner', express().use(router()).use('/jobs', router())),
    );
    const seen = await watch(app, async () => {
      for (const path of ['/inner/7', '/INNER/jobs/7', '/inner']) await get(path);
    });
    expect(seen.requests).toEqual(['GET /inner 200', 'GET /inner/:id 200', 'GET /inner/jobs/:id 200']);
  });
});

describe('requests on express for a route that was added after the routes of Nest', () => {
  it('count with its pattern', async () => {
    const { app, port } = await startApp('express', metadata(), async (nest) => {
      nest.setGlobalPrefix('api', { exclude: ['hello'] });
      await nest.init();
      const answer = (_request: unknown, response: { send(body: string): void }) => response.send('late');
      nest.getHttpAdapter().get('/late/:id', answer);
    });
    const seen = await watch(app, async () => {
      for (const path of ['/late/1', '/api/dogs', '/dogs']) await sendRaw(port, requestBytes('GET', path));
    });
    expect(seen.requests).toEqual(['GET /late/:id 200', 'GET unmatched 404', 'GET unmatched 404']);
  });
});

describe('requests on express whose property route was replaced', () => {
  it.each([[{ path: Symbol('x') }], [7], [{ path: ['/a', { b: 1 }] }], [Object.create(null)], ['route']])(
    'count once: %o',
    async (route) => {
      const { app, port } = await startApp('express', metadata(), (nest) =>
        nest.use((request: object, response: { end(): void }) => {
          Object.assign(request, { route });
          response.end();
        }),
      );
      const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/cats')));
      expect(seen.requests).toHaveLength(1);
    },
  );

  it('count once if reading it throws', async () => {
    const { app, port } = await startApp('express', metadata(), (nest) =>
      nest.use((request: object, response: { end(): void }) => {
        Object.defineProperty(request, 'route', {
          get() {
            throw new Error('not yours');
          },
        });
        response.end();
      }),
    );
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/cats')));
    expect(seen.requests).toEqual(['GET unmatched 200']);
  });
});
