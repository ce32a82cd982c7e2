import { ExternalContextCreator, NestFactory } from '@nestjs/core';
import { defer, from, lastValueFrom, range, Subject, take, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { HandlerCalls } from '../../src/instrumentation/handlers/handler-calls.js';
import { TestRegistry } from '../support/registry.js';
import { moduleOf } from '../support/app.js';
import { handlerCalls } from '../support/handler-calls.js';

class Bot {
  greet(name: unknown): string {
    return `hello ${String(name)}`;
  }
}

describe('a handler that a library runs through the pipeline of Nest', () => {
  const start = async () => {
    const context = await NestFactory.createApplicationContext(
      moduleOf({ imports: [MonitorModule.forRoot({ publisher: () => {} })] }),
      { logger: false },
    );
    onTestFinished(() => context.close());
    const creator = context.get(ExternalContextCreator);
    const run = (instance: object, method: (name: unknown) => unknown, type: string) =>
      creator.create(
        instance,
        method,
        'greet',
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        type,
      ) as (...args: unknown[]) => Promise<unknown>;
    return { context, run };
  };

  it('is counted under the context type of the library', async () => {
    const { context, run } = await start();
    const bot = new Bot();
    // oxlint-disable-next-line typescript/unbound-method
    const greet = run(bot, bot.greet, 'chat');
    for (const name of ['Felix', undefined, null, {}]) await greet(name);
    expect(await handlerCalls(context, 'chat')).toEqual({ 'Bot.greet ok': 4 });
  });

  it('runs as without the monitor, even if its context is incomplete', async () => {
    const { context, run } = await start();
    const answer = run({}, () => 'hello', 'graphql');
    for (const info of [undefined, null, 7, {}, { parentType: null, schema: {} }]) {
      expect(await answer({}, {}, {}, info)).toBe('hello');
    }
    expect(await handlerCalls(context, 'graphql')).toEqual({});
    expect(await run({}, () => 'hello', 'chat')()).toBe('hello');
    expect(await handlerCalls(context, 'chat')).toEqual({ 'Object.anonymous ok': 1 });
  });
});

describe('the result of a handler', () => {
  const watch = (source: () => unknown, owner: unknown = Bot, type: unknown = 'rpc') => {
    const registry = new TestRegistry();
    const time = { now: 0 };
    let listeners = 0;
    const calls = new HandlerCalls(registry, () => time.now);
    const context = {
      getType: () => type,
      getClass: () => owner,
      // oxlint-disable-next-line typescript/unbound-method
      getHandler: () => Bot.prototype.greet,
    };
    const handle = () =>
      defer(() => {
        listeners++;
        return source() as never;
      });
    const watched = calls.watch(context as never, { handle });
    return {
      watched,
      time,
      listeners: () => listeners,
      durations: async () => {
        const { histograms } = await registry.read();
        return histograms['handler_duration{handler="Bot.greet",transport="rpc"}'];
      },
      ends: async () => {
        const { counters } = await registry.read();
        const name = (outcome: string) =>
          `handler_calls{handler="Bot.greet",outcome="${outcome}",transport="rpc"}`;
        return ['ok', 'error', 'cancelled'].map((outcome) => counters[name(outcome)] ?? 0);
      },
    };
  };

  it('is subscribed to when Nest subscribes, once for each subscriber', async () => {
    const { watched, listeners, ends } = watch(() => from([1, 2]));
    expect(listeners()).toBe(0);
    expect(await Promise.all([1, 2].map(() => lastValueFrom(watched.pipe(toArray()))))).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(listeners()).toBe(2);
    expect(await ends()).toEqual([2, 0, 0]);
  });

  it('is timed in seconds, from subscription to completion', async () => {
    const answer = new Subject<string>();
    const { watched, time, durations } = watch(() => answer);
    time.now = 1000;
    watched.subscribe();
    time.now = 3500;
    answer.next('hello');
    time.now = 5000;
    answer.complete();
    expect(await durations()).toMatchObject({ count: 1, sum: 4, min: 4, max: 4 });
  });

  it('stops when it is unsubscribed, even within a synchronous sequence of values', async () => {
    let made = 0;
    const { watched, ends } = watch(() =>
      defer(function* () {
        for (;;) yield made++;
      }),
    );
    expect(await lastValueFrom(watched.pipe(take(3), toArray()))).toEqual([0, 1, 2]);
    expect(made).toBe(3);
    expect(await ends()).toEqual([0, 0, 1]);
  });

  it('fails with the same error object as the handler', async () => {
    const error = new Error('the very one');
    const { watched, ends } = watch(() => {
      throw error;
    });
    await expect(lastValueFrom(watched)).rejects.toBe(error);
    expect(await ends()).toEqual([0, 1, 0]);
  });

  it('is counted for a handler object without a class', async () => {
    const { watched } = watch(() => from(['hello']), null);
    expect(await lastValueFrom(watched)).toBe('hello');
  });

  it.each([[null], [7], [Symbol('mine')], ['x'.repeat(300)]])(
    'is passed on with the context type %o',
    async (type) => {
      const { watched } = watch(() => from(['hello']), Bot, type);
      expect(await lastValueFrom(watched)).toBe('hello');
    },
  );

  it('is passed on without a context type', async () => {
    const registry = new TestRegistry();
    const calls = new HandlerCalls(registry);
    // oxlint-disable-next-line typescript/unbound-method
    const context = { getType: () => undefined, getClass: () => Bot, getHandler: () => Bot.prototype.greet };
    const watched = calls.watch(context as never, { handle: () => from(['hello']) });
    expect(await lastValueFrom(watched)).toBe('hello');
  });

  it('is passed on completely, with any number of values', async () => {
    const { watched } = watch(() => range(0, 10_000));
    expect(await lastValueFrom(watched.pipe(toArray()))).toHaveLength(10_000);
  });
});
