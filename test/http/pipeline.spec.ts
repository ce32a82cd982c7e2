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
  /** What is called on the way from Nest to this handler. */
  @Get('stack')
  stack(): { stack: string } {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 100;
    const { stack = '' } = new Error();
    Error.stackTraceLimit = stackTraceLimit;
    return { stack };
  }
}

/** Makes handlers of its own as soon as Nest lets it, as a GraphQL module does. */
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
      // First of all, so that what it makes in onModuleInit() is made before the monitor gets its turn.
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
  it("is called without Nest's way through a global interceptor, and counts", async () => {
    const { app, stack } = await start(makeAdapter());
    expect(stack).toContain('router-execution-context');
    expect(stack).not.toContain('/rxjs/');
    const { counters } = await app.get(MonitorService).metrics();
    expect(counters['http_requests{method="GET",route="/stack",status="200"}']).toBe(1);
  });

  it('has the interceptors of the application all the same', async () => {
    const { stack } = await start(makeAdapter(), [], Passing);
    expect(stack).toContain('/rxjs/');
  });

  it.each([
    ['is global', { module: EarlyModule, global: true }],
    ['is not', EarlyModule],
  ])('does not keep the handlers of a module from being counted, which %s', async (_what, early) => {
    const { app } = await start(makeAdapter(), [early]);
    expect(await app.get(EarlyModule).call()).toBe('answer');
    const { counters } = await app.get(MonitorService).metrics();
    expect(counters['handler_calls{handler="EarlyModule.answer",outcome="ok",transport="other"}']).toBe(1);
  });
});

describe('a handler of a route on an adapter of another make', () => {
  it('has the interceptor, which counts there', async () => {
    const { app, stack } = await start(new OtherExpress());
    expect(stack).toContain('/rxjs/');
    const { counters } = await app.get(MonitorService).metrics();
    expect(counters['http_requests{method="GET",route="/stack",status="200"}']).toBe(1);
  });
});
