import { Controller, ForbiddenException, Get, Param, ParseIntPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import type { RequestListener, Server } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MonitorOptions, ObservedRequest } from '../../src/index.js';
import { MonitorModule } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { OtherExpress, OtherFastify } from '../support/other-adapters.js';
import { requestBytes, sendRaw } from '../support/raw-http.js';
import { serve } from '../support/serve.js';
import { watch } from './traffic.js';

@Controller('cats')
class CatsController {
  @Get()
  all(): string {
    return 'cats';
  }

  @Get('refused')
  refused(): never {
    throw new ForbiddenException();
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number): number {
    return id;
  }
}

describe.each([
  ['like Express', () => new OtherExpress()],
  ['like Fastify', () => new OtherFastify()],
])('requests on an unknown adapter, %s,', (_what, makeAdapter) => {
  const start = async (options: MonitorOptions = {}) => {
    const adapter = makeAdapter();
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot(options)], controllers: [CatsController] }),
      adapter as ExpressAdapter,
      { logger: false, forceCloseConnections: true },
    );
    onTestFinished(() => app.close());
    const server = app.getHttpServer() as Server;
    const [listener] = server.listeners('request') as [RequestListener];
    await app.listen(0, '127.0.0.1');
    return { app, port: portOf(server), listener };
  };

  it('count once each, with their route if they reach a handler', async () => {
    const { app, port } = await start();
    const seen = await watch(app, async () => {
      for (const path of ['/cats', '/cats/7', '/cats/refused', '/cats/felix', '/dogs']) {
        await sendRaw(port, requestBytes('GET', path));
      }
    });
    expect(seen).toEqual({
      requests: [
        'GET /cats 200',
        'GET /cats/:id 200',
        'GET /cats/:id 400',
        'GET /cats/refused 403',
        'GET unmatched 404',
      ],
      aborted: [],
    });
  });

  it('count once each without the interceptor, as unmatched', async () => {
    const { app, port } = await start({ interceptor: false });
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/cats/7')));
    expect(seen.requests).toEqual(['GET unmatched 200']);
  });

  it('pass the request of the handlers to http.labels', async () => {
    const labels = (request: ObservedRequest & { params?: { id?: string } }) => ({ id: request.params?.id });
    const { app, port } = await start({ http: { labels } });
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/cats/7')));
    expect(seen.requests).toEqual(['GET /cats/:id 200 id=7']);
  });

  it('count on a server of the application, if they reach a handler', async () => {
    const { app, listener } = await start();
    const port = await serve(listener);
    const seen = await watch(app, async () => {
      await sendRaw(port, requestBytes('GET', '/cats/7'));
      await sendRaw(port, requestBytes('GET', '/dogs'));
    });
    expect(seen).toEqual({ requests: ['GET /cats/:id 200'], aborted: [] });
  });
});

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}
