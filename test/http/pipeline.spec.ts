import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_INTERCEPTOR, ExternalContextCreator, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorService } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { OtherExpress } from '../support/other-adapters.js';

@Controller()
class StackController {
  /** The call stack of this handler. */
  @Get('stack')
  stack(): { stack: string } {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 100;
    const { stack = '' } = new Error();
    Error.stackTraceLimit = stackTraceLimit;
    return { stack };
  }
}

/** Creates handlers as early as Nest allows, like a GraphQL module. */
@Module({})
class EarlyModule {
  call: (...args: unknown[]) => Promise<unknown> = () => Promise.reject(new Error('not made'));

  constructor(private readonly contexts: ExternalContextCreator) {}

  readonly answer = (): string => 'answer';

  onModuleInit(): void {
    const create = this.contexts.create.bind(this.contexts) as (...args: unknown[]) => EarlyModule['call'];
    this.call = create(
      this,
      this.answer,
      'answer',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'other',
    );
  }
}
Reflect.defineMetadata('design:paramtypes', [ExternalContextCreator], EarlyModule);

class Passing implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle();
  }
}

async function start(adapter: ExpressAdapter | FastifyAdapter, imports: unknown[] = [], own?: Type) {
  const providers = own ? [{ provide: APP_INTERCEPTOR, useClass: own }] : [];
  const app = await NestFactory.create(
    moduleOf({
      // First, so that their onModuleInit() runs before that of the monitor.
      imports: [...(imports as Type[]), MonitorModule.forRoot()],
      controllers: [StackController],
      providers,
    }),
    adapter as ExpressAdapter,
    { logger: false, forceCloseConnections: true },
  );
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const { stack } = (await (await fetch(`${await app.getUrl()}/stack`)).json()) as { stack: string };
  return { app, stack };
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('a handler of a route on %s', (_name, makeAdapter) => {
  it('is called without a global interceptor, and counts', async () => {
    const { app, stack } = await start(makeAdapter());
    expect(stack).toContain('router-execution-context');
    expect(stack).not.toContain('/rxjs/');
    const { counters } = await app.get(MonitorService).metrics();
    expect(counters['http_requests{method="GET",route="/stack",status="200"}']).toBe(1);
  });

  it('is called through the interceptors of the application', async () => {
    const { stack } = await start(makeAdapter(), [], Passing);
    expect(stack).toContain('/rxjs/');
  });

  it.each([
    ['a global', { module: EarlyModule, global: true }],
    ['another', EarlyModule],
  ])('leaves the handlers that %s module creates early counted', async (_what, early) => {
    const { app } = await start(makeAdapter(), [early]);
    expect(await app.get(EarlyModule).call()).toBe('answer');
    const { counters } = await app.get(MonitorService).metrics();
    expect(counters['handler_calls{handler="EarlyModule.answer",outcome="ok",transport="other"}']).toBe(1);
  });
});

describe('a handler of a route on an unknown adapter', () => {
  it('is counted by the global interceptor', async () => {
    const { app, stack } = await start(new OtherExpress());
    expect(stack).toContain('/rxjs/');
    const { counters } = await app.get(MonitorService).metrics();
    expect(counters['http_requests{method="GET",route="/stack",status="200"}']).toBe(1);
  });
});
