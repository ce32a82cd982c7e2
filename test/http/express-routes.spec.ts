import { Controller, Get, Injectable, VersioningType } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express } from 'express';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { startApp } from '../support/app.js';
import { serveInstance } from '../support/express-instance.js';
import { requestBytes, sendRaw } from '../support/raw-http.js';
import { watch } from './traffic.js';

@Controller('cats')
class CatsController {
  @Get()
  all(): string {
    return 'cats';
  }
}

@Controller('files')
class FilesController {
  @Get('*path')
  any(): string {
    return 'any';
  }

  @Get('known/:name')
  known(): string {
    return 'known';
  }
}

@Controller({ path: 'toys', version: '1' })
class OldToysController {
  @Get('{*path}')
  any(): string {
    return 'any';
  }
}

@Controller({ path: 'toys', version: '2' })
class ToysController {
  @Get(':id')
  one(): string {
    return 'one';
  }
}

describe('requests on a wrapped Express instance', () => {
  it('are counted by the interceptor where the wrapper hides the instance', async () => {
    const get = (target: Express, key: string): unknown =>
      key === 'handle' ? undefined : (target as unknown as Record<string, unknown>)[key];
    const instance = new Proxy(express(), { get: get as ProxyHandler<Express>['get'] });
    // Not through the server of Nest, which counts its requests itself.
    const { app, port } = await serveInstance(instance, {
      imports: [MonitorModule.forRoot()],
      controllers: [CatsController],
    });
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/cats')));
    expect(seen.requests).toEqual(['GET /cats 200']);
  });
});

describe('the route of a request on express', () => {
  it('is that of the wildcard handler that answered, though a more specific one comes after it', async () => {
    const { app, port } = await startApp('express', {
      imports: [MonitorModule.forRoot()],
      controllers: [FilesController],
    });
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/files/known/a')));
    expect(seen.requests).toEqual(['GET /files/*path 200']);
  });

  it('is that of the version that answered', async () => {
    const { app, port } = await startApp(
      'express',
      { imports: [MonitorModule.forRoot()], controllers: [OldToysController, ToysController] },
      (nest) => nest.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }),
    );
    const seen = await watch(app, async () => {
      for (const version of ['1', '2', '3']) {
        await sendRaw(port, requestBytes('GET', '/toys/7', [`X-Version: ${version}`]));
      }
    });
    expect(seen.requests).toEqual(['GET /toys/:id 200', 'GET /toys/{*path} 200', 'GET unmatched 404']);
  });

  it('is that of a wildcard handler also where a middleware has responded', async () => {
    const { app, port } = await startApp(
      'express',
      { imports: [MonitorModule.forRoot()], controllers: [FilesController] },
      (nest) =>
        nest.use((_request: unknown, response: { status(code: number): { end(): void } }) =>
          response.status(429).end(),
        ),
    );
    const seen = await watch(app, () => sendRaw(port, requestBytes('GET', '/files/unknown')));
    expect(seen.requests).toEqual(['GET /files/*path 429']);
  });

  it.each([[''], ['/api']])(
    'is known when a module has added it while it was initialised, with the prefix "%s"',
    async (prefix) => {
      @Injectable()
      class Added {
        host: HttpAdapterHost | undefined;
        onModuleInit(): void {
          const answer = (_request: unknown, response: { send(body: string): void }) => response.send('x');
          this.host?.httpAdapter.get('/added/:id', answer);
        }
      }
      const useFactory = (host: HttpAdapterHost) => Object.assign(new Added(), { host });
      const { app, port } = await startApp(
        'express',
        {
          imports: [MonitorModule.forRoot()],
          controllers: [CatsController],
          providers: [{ provide: Added, inject: [HttpAdapterHost], useFactory }],
        },
        (nest) => nest.setGlobalPrefix(prefix, { exclude: ['cats'] }),
      );
      const seen = await watch(app, async () => {
        for (const path of ['/added/1', `${prefix}/dogs`, '/dogs']) {
          await sendRaw(port, requestBytes('GET', path));
        }
        await sendRaw(port, requestBytes('POST', '/cats'));
      });
      expect(seen.requests).toEqual([
        'GET /added/:id 200',
        'GET unmatched 404',
        'GET unmatched 404',
        'POST unmatched 404',
      ]);
    },
  );
});
