import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Body, Catch, Controller, Get, Post, Res, UseFilters } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, moduleOf, startApp } from '../support/app.js';
import { requestBytes, sendRaw } from '../support/raw-http.js';
import { watch } from './traffic.js';

interface AnyResponse {
  raw?: ServerResponse;
  status(code: number): { send(body: string): void };
  hijack?(): void;
}

/** A filter that many applications have: it responds even if a response was sent. */
@Catch()
class RespondsAgain implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    try {
      host.switchToHttp().getResponse<AnyResponse>().status(500).send('again');
    } catch {
      // Express throws, Fastify logs.
    }
  }
}

@Controller('cats')
class CatsController {
  @Get()
  all(): string {
    return 'cats';
  }

  @Get('twice')
  @UseFilters(RespondsAgain)
  twice(@Res() response: AnyResponse): void {
    response.status(203).send('once');
    throw new Error('and then this');
  }

  @Get('changed')
  changed(@Res() response: AnyResponse): void {
    response.hijack?.();
    const raw = response.raw ?? (response as unknown as ServerResponse);
    raw.writeHead(203, { 'content-type': 'text/plain' });
    raw.write('half');
    raw.statusCode = 500;
    raw.end();
  }

  @Get('own-words')
  ownWords(@Res() response: AnyResponse): void {
    response.hijack?.();
    const raw = response.raw ?? (response as unknown as ServerResponse);
    raw.writeHead(299, 'As We Say', {}).end();
  }

  @Post()
  add(@Body() body: unknown): unknown {
    return body;
  }

  @Get('hints')
  hints(@Res() response: AnyResponse): void {
    response.hijack?.();
    const raw = response.raw ?? (response as unknown as ServerResponse);
    raw.writeEarlyHints({ link: '</cats.css>; rel=preload' }, () => {
      raw.setHeader('Trailer', 'X-Cats');
      raw.write('cats');
      raw.addTrailers({ 'X-Cats': '1' });
      raw.end();
    });
  }
}

const metadata = () => ({ imports: [MonitorModule.forRoot()], controllers: [CatsController] });

describe.each(ADAPTERS)('the status of a request on %s', (adapter) => {
  it.each([
    ['/cats/twice', 203],
    ['/cats/changed', 203],
    ['/cats/own-words', 299],
    ['/cats/hints', 200],
  ])('is the one that was sent to the client, whatever happened after it: %s', async (path, status) => {
    const { app, port } = await startApp(adapter, metadata());
    let answer = '';
    const seen = await watch(app, async () => (answer = await sendRaw(port, requestBytes('GET', path))));
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(seen).toEqual({ requests: [`GET ${path} ${status}`], aborted: [] });
  });
});

describe.each(ADAPTERS)('a request on %s whose client disconnects before the end of the body', (adapter) => {
  it.each([['first'], ['second']])(
    'counts as aborted, whatever the response, as the %s request of its connection',
    async (position) => {
      const { app, port } = await startApp(adapter, metadata());
      const earlier =
        position === 'second' ? requestBytes('GET', '/cats').replace(/Connection.*\r\n/, '') : '';
      const seen = await watch(app, async () => {
        const client = connect(port, '127.0.0.1');
        if (earlier !== '') {
          client.write(earlier);
          await once(client, 'data');
        }
        const headers = ['Content-Type: application/json', 'Content-Length: 100'];
        client.write(`${requestBytes('POST', '/cats', headers)}{"half":`);
        await once(app.getHttpServer() as Server, 'request');
        client.destroy();
        await once(client, 'close');
      });
      expect(seen.requests).toEqual([...(earlier ? ['GET /cats 200'] : []), 'POST /cats aborted']);
      expect(seen.aborted).toEqual(['POST /cats']);
    },
  );

  it('counts with a status that was sent before', async () => {
    const { app, port } = await startApp(adapter, metadata(), (nest) =>
      nest.use((_request: unknown, response: ServerResponse) => response.writeHead(207).write('so far')),
    );
    const seen = await watch(app, async () => {
      const client = connect(port, '127.0.0.1');
      client.write(requestBytes('POST', '/cats', ['Content-Length: 100']));
      await once(client, 'data');
      client.destroy();
      await once(client, 'close');
    });
    expect(seen.requests).toEqual(['POST /cats 207']);
  });
});

describe('the status of a request over HTTP/2', () => {
  it('is the one that was sent to the client, whatever happened after it', async () => {
    const app = await NestFactory.create<NestFastifyApplication>(
      moduleOf(metadata()),
      new FastifyAdapter({ http2: true }),
      { logger: false },
    );
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const client = connectHttp2(await app.getUrl());
    onTestFinished(() => client.destroy());
    const seen = await watch(app, async () => {
      const stream = client.request({ ':path': '/cats/changed' }).resume();
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      expect(headers[':status']).toBe(203);
      await once(stream, 'close');
    });
    expect(seen.requests).toEqual(['GET /cats/changed 203']);
  });
});

describe('requests that an outer application passes to Express', () => {
  const start = async () => {
    const instance = express();
    const app = await NestFactory.create(moduleOf(metadata()), new ExpressAdapter(instance), {
      logger: false,
    });
    onTestFinished(() => app.close());
    await app.init();
    return { app, instance };
  };

  it('count as aborted when their client has disconnected before', async () => {
    const { app, instance } = await start();
    const outer = express();
    let client: Socket | undefined;
    outer.use((_request, response, next) => {
      response.once('close', () => next());
      client?.destroy();
    });
    outer.use((_request, _response, next) => {
      next();
      outer.emit('passed on');
    });
    outer.use(instance);
    // oxlint-disable-next-line typescript/no-misused-promises
    const server: Server = createServer(outer).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const seen = await watch(app, async () => {
      const passedOn = once(outer, 'passed on');
      client = connect(port, '127.0.0.1', () => client?.write(requestBytes('GET', '/cats')));
      await passedOn;
    });
    expect(seen.aborted).toEqual(['GET /cats']);
  });

  /** Like the libraries that run an application in a function call, without a server. */
  const makeRequest = (url: string, socket: unknown) => {
    const request = new IncomingMessage(socket as Socket);
    Object.assign(request, { method: 'GET', url, headers: { host: 'lambda' } });
    request.push(null);
    return { request, response: new ServerResponse(request) };
  };
  const nothing = () => {};
  const sink = (written: string[]): unknown => ({
    _writableState: {},
    writable: true,
    on: nothing,
    removeListener: nothing,
    destroy: nothing,
    cork: nothing,
    uncork: nothing,
    write(chunk: unknown, ...more: unknown[]) {
      written.push(String(chunk));
      const done = more.at(-1);
      if (typeof done === 'function') done();
      return true;
    },
  });

  it.each([['before'], ['after']])(
    'count once, as complete, without a server, if their socket is assigned %s they are passed on',
    async (when) => {
      const { app, instance } = await start();
      const written: string[] = [];
      const seen = await watch(app, async () => {
        const { request, response } = makeRequest('/cats', { remoteAddress: '127.0.0.1' });
        const finished = once(response, 'finish');
        if (when === 'before') response.assignSocket(sink(written) as Socket);
        instance(request as express.Request, response as express.Response);
        if (when === 'after') response.assignSocket(sink(written) as Socket);
        await finished;
      });
      expect(written.join('')).toContain('HTTP/1.1 200 OK');
      expect(seen).toEqual({ requests: ['GET /cats 200'], aborted: [] });
    },
  );
});
