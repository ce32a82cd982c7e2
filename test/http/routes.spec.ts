import { Controller, Get, Module, Options, Param, VersioningType } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { ApolloDriver } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, adapterOf, moduleOf, startApp } from '../support/app.js';
import { requestBytes, sendRaw } from '../support/raw-http.js';
import { watch } from './traffic.js';

@Controller('c/x')
class CatsController {
  @Get(':id')
  one(@Param('id') id: string): string {
    return id;
  }
}

@Controller({ path: 'toys', version: '1' })
class ToysController {
  @Get(':id')
  one(): string {
    return 'toy';
  }
}

@Controller('own')
class OptionsController {
  @Options()
  options(): string {
    return 'mine';
  }
}

/** A middleware that responds, hangs or calls `next()`, by a header of the client. */
function answering(
  request: { headers: Record<string, string | undefined> },
  response: { statusCode: number; end(): void },
  next: () => void,
): void {
  const { 'x-middleware': wanted } = request.headers;
  if (wanted === 'hang') return;
  if (wanted === undefined) return next();
  response.statusCode = 429;
  response.end();
}

const imports = () => [MonitorModule.forRoot()];

describe('the route of a request on fastify', () => {
  let app: INestApplication;
  let port: number;

  beforeAll(async () => {
    const routerOptions = { caseSensitive: false, ignoreDuplicateSlashes: true, ignoreTrailingSlash: true };
    const controllers: Type[] = [CatsController, ToysController];
    app = await NestFactory.create(
      moduleOf({ imports: imports(), controllers }),
      new FastifyAdapter({ routerOptions }),
      { logger: false, forceCloseConnections: true },
    );
    app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }).use(answering);
    const raw = app.getHttpAdapter().getInstance() as { get(url: string, handler: () => string): void };
    for (const url of ['/at/:near-:far', '/only/:digits(^\\d+$)', '/maybe/:it?']) raw.get(url, () => 'raw');
    await app.listen(0, '127.0.0.1');
    ({ port } = (app.getHttpServer() as Server).address() as { port: number });
  });

  afterAll(() => app.close());

  it.each([
    ['GET', '/c/x/7', [], '/c/x/:id', 200],
    ['HEAD', '/c/x/7', [], '/c/x/:id', 200],
    ['GET', '/C/X/7', [], '/c/x/:id', 200],
    ['GET', '/c//x///7', [], '/c/x/:id', 200],
    ['GET', '/c/x/7/', [], '/c/x/:id', 200],
    ['GET', '/c/x/a%20b?q=/dogs', [], '/c/x/:id', 200],
    ['GET', '/at/home-work', [], '/at/:near-:far', 200],
    ['GET', '/only/7', [], '/only/:digits(^\\d+$)', 200],
    ['GET', '/only/x', [], 'unmatched', 404],
    ['GET', '/maybe', [], '/maybe/:it?', 200],
    ['GET', '/maybe/this', [], '/maybe/:it?', 200],
    ['GET', '/toys/7', ['X-Version: 1'], '/toys/:id', 200],
    ['GET', '/toys/7', ['X-Version: 2'], 'unmatched', 404],
    ['GET', '/toys/7', [], 'unmatched', 404],
    ['POST', '/c/x/7', [], 'unmatched', 404],
    ['GET', '/c/x', [], 'unmatched', 404],
    ['GET', '/c/x/7/8', [], 'unmatched', 404],
    ['GET', `/c/x/${'7'.repeat(200)}`, [], 'unmatched', 414],
  ])(
    'is the same whether a middleware responds or not: %s %s %j',
    async (method, url, headers, route, status) => {
      const ask = async (...more: string[]) =>
        (await watch(app, () => sendRaw(port, requestBytes(method, url, [...headers, ...more])))).requests;
      const [handled, answered] = [await ask(), await ask('X-Middleware: answer')];
      // Fastify itself answers a parameter that is too long, before any middleware.
      const isFrameworkError = status === 414;
      expect(handled).toEqual([expect.stringMatching(/^\S+ \S+ \d+$/)]);
      expect(handled[0]?.split(' ')[1]).toBe(route);
      if (!isFrameworkError) {
        expect(handled).toEqual([`${method} ${route} ${status}`]);
        expect(answered).toEqual([`${method} ${route} 429`]);
      }
    },
  );

  it('is known to a request hook of the application', async () => {
    const calls: string[] = [];
    const running = await startApp(
      'fastify',
      { imports: imports(), controllers: [CatsController] },
      (nest) => {
        (nest.getHttpAdapter() as FastifyAdapter).setOnRequestHook(
          (_request: unknown, _reply: unknown, done: () => void) => {
            calls.push('hook');
            done();
          },
        );
        nest.use(answering);
      },
    );
    const bytes = requestBytes('GET', '/c/x/7', ['X-Middleware: answer']);
    const seen = await watch(running.app, () => sendRaw(running.port, bytes));
    expect(seen.requests).toEqual(['GET /c/x/:id 429']);
    expect(calls).toEqual(['hook']);
  });
});

describe.each(ADAPTERS)('the route of a request on %s', (adapter) => {
  const start = (configure: (app: INestApplication) => unknown) =>
    startApp(adapter, { imports: imports(), controllers: [CatsController, OptionsController] }, configure);

  it('is known when its client disconnects during a middleware', async () => {
    const { app, port } = await start((nest) => nest.use(answering));
    const seen = await watch(app, async () => {
      const client = connect(port, '127.0.0.1');
      client.write(requestBytes('GET', '/c/x/7', ['X-Middleware: hang']));
      await once(app.getHttpServer() as Server, 'request');
      client.destroy();
      await once(client, 'close');
    });
    expect(seen).toEqual({ requests: ['GET /c/x/:id aborted'], aborted: ['GET /c/x/:id'] });
  });

  const preflight = ['Origin: https://shop.example', 'Access-Control-Request-Method: GET'];

  it('is "preflight" for every CORS preflight that no OPTIONS route answers', async () => {
    const { app, port } = await start((nest) => nest.enableCors());
    const seen = await watch(app, async () => {
      for (const url of ['/c/x/7', '/dogs']) await sendRaw(port, requestBytes('OPTIONS', url, preflight));
    });
    expect(seen.requests).toEqual(['OPTIONS preflight 204', 'OPTIONS preflight 204']);
  });

  it('is that of the OPTIONS route that answers a preflight, and "unmatched" where none does', async () => {
    const { app, port } = await start(() => {});
    const seen = await watch(app, async () => {
      for (const url of ['/own', '/dogs']) await sendRaw(port, requestBytes('OPTIONS', url, preflight));
    });
    expect(seen.requests).toEqual(['OPTIONS /own 200', 'OPTIONS unmatched 404']);
  });

  it('is "unmatched" for an OPTIONS request without a route that is no preflight, with CORS too', async () => {
    const { app, port } = await start((nest) => nest.enableCors());
    const seen = await watch(app, () => sendRaw(port, requestBytes('OPTIONS', '/dogs')));
    expect(seen.requests).toEqual([expect.stringMatching(/^OPTIONS unmatched \d+$/)]);
  });

  it('is /graphql for Apollo', async () => {
    @Module({
      imports: [
        ...imports(),
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          typeDefs: 'type Query { cat: String }',
        }),
      ],
      controllers: [CatsController],
    })
    class GraphModule {}
    const app = await NestFactory.create(GraphModule, adapterOf(adapter), {
      logger: false,
      forceCloseConnections: true,
    });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const seen = await watch(app, async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ cat }' }),
      });
      expect(await response.json()).toEqual({ data: { cat: null } });
      await fetch(`${url}/dogs`);
    });
    expect(seen.requests).toEqual(['GET unmatched 404', 'POST /graphql 200']);
  });

  it('is known after the application has replaced the listener of the server with its own', async () => {
    const { app, port } = await start(() => {});
    const server = app.getHttpServer() as Server;
    const instance = app.getHttpAdapter().getInstance() as RequestListener & { routing: RequestListener };
    const framework = adapter === 'express' ? instance : instance.routing;
    expect(server.listeners('request')).toContain(framework);
    server.off('request', framework);
    expect(server.listeners('request')).not.toContain(framework);
    server.on('request', (request, response) => {
      if (request.url === '/down') response.writeHead(503).end('down for maintenance');
      else framework.call(server, request, response);
    });
    const seen = await watch(app, async () => {
      expect(await sendRaw(port, requestBytes('GET', '/down'))).toContain('down for maintenance');
      expect(await sendRaw(port, requestBytes('GET', '/c/x/7'))).toContain('200 OK');
    });
    expect(seen.requests).toEqual(['GET /c/x/:id 200', 'GET unmatched 503']);
  });

  it.each([['answers'], ['is closed']])(
    'leaves the listeners of the server as the application set them when it %s',
    async (when) => {
      const { app, port } = await start(() => {});
      const server = app.getHttpServer() as Server;
      const others = [() => {}, () => {}];
      server.prependListener('request', others[0] as RequestListener);
      server.on('request', others[1] as RequestListener);
      await sendRaw(port, requestBytes('GET', '/c/x/7'));
      if (when === 'is closed') await app.close();
      const listeners = server.listeners('request');
      expect(listeners[0]).toBe(others[0]);
      expect(listeners.at(-1)).toBe(others[1]);
      expect(listeners).toHaveLength(when === 'is closed' ? 3 : 4);
    },
  );
});

describe('the route of a request on express for something mounted at a path', () => {
  const files = mkdtempSync(path.join(tmpdir(), 'static-'));

  beforeAll(() => writeFileSync(path.join(files, 'cat.txt'), 'cat'));
  afterAll(() => rmSync(files, { recursive: true }));

  type Answer = (request: unknown, response: { send(body: string): void }) => void;
  const send: Answer = (_request, response) => response.send('x');

  /** An Express application with its own 404 response. */
  const dashboard = () => {
    const inner = express();
    inner.get('/', send);
    inner.get('/api/queues/:name', send);
    inner.use('/assets', (_request, response) => void response.send('asset'));
    inner.use((_request, response) => void response.status(404).send('no such page'));
    return inner;
  };

  const start = (prefix = '') =>
    startApp(
      'express',
      { imports: imports(), controllers: [CatsController] },
      async (nest: INestApplication) => {
        const app = nest as NestExpressApplication;
        app.setGlobalPrefix(prefix);
        app.useStaticAssets(files, { prefix: '/static' });
        app.use('/graphql', send);
        app.use('/queues', dashboard());
        app.use('/tenants/:tenant/files', express.static(files));
        app.use(['/docs', '/help'], send);
        app.use('/outer', express.Router().use('/inner', send));
        app.use('/c', answering);
        app.use('/{*any}', answering);
        await app.init();
        app.use('/late', send);
      },
    );

  it.each([
    ['/static/cat.txt', '/static', 200],
    ['/STATIC/cat.txt', '/static', 200],
    ['/static/dog.txt', 'unmatched', 404],
    ['/graphql', '/graphql', 200],
    ['/graphql/7?q=1', '/graphql', 200],
    ['/queues', '/queues', 200],
    ['/queues/api/queues/mail', '/queues/api/queues/:name', 200],
    ['/queues/assets/logo.svg', '/queues', 200],
    ['/queues/admin.php', 'unmatched', 404],
    ['/tenants/acme/files/cat.txt', '/tenants/:tenant/files', 200],
    ['/tenants/acme/files/dog.txt', 'unmatched', 404],
    ['/docs/a', '/docs', 200],
    ['/help/b', '/help', 200],
    ['/outer/inner/7', '/outer/inner', 200],
    ['/outer/7', 'unmatched', 404],
    ['/dogs', 'unmatched', 404],
  ])('is the mount path, and a 404 is unmatched: %s', async (url, route, status) => {
    const { app, port } = await start();
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', url)));
    expect(seen.requests).toEqual([`GET ${route} ${status}`]);
  });

  it.each([
    ['/api/c/x/7', '/api/c/x/:id'],
    ['/api/dogs', 'unmatched'],
  ])(
    'is the route where a middleware responds before it, and "unmatched" without a route: %s',
    async (url, route) => {
      const { app, port } = await start('api');
      const seen = await watch(app, () => sendRaw(port, requestBytes('GET', url, ['X-Middleware: answer'])));
      expect(seen.requests).toEqual([`GET ${route} 429`]);
    },
  );

  it('is the mount path of what was mounted after the routes of Nest', async () => {
    const { app, port } = await start('api');
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/late/7')));
    expect(seen.requests).toEqual(['GET /late 200']);
  });

  it.each([
    ['/c/x/7', '/c/x/:id'],
    ['/c/7', '/c'],
  ])('is the route below the mount path if there is one, or else the mount path: %s', async (url, route) => {
    const { app, port } = await start();
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', url, ['X-Middleware: answer'])));
    expect(seen.requests).toEqual([`GET ${route} 429`]);
  });

  it('is the mount path, although a controller has a wildcard route', async () => {
    @Controller()
    class PageController {
      @Get('*path')
      page(): string {
        return 'page';
      }
    }
    const { app, port } = await startApp(
      'express',
      { imports: imports(), controllers: [PageController] },
      (nest) => nest.use('/graphql', send),
    );
    const seen = await watch(app, async () => {
      for (const url of ['/graphql', '/anything']) await sendRaw(port, requestBytes('GET', url));
    });
    expect(seen.requests).toEqual(['GET /*path 200', 'GET /graphql 200']);
  });
});
