import type { ModulesContainer } from '@nestjs/core';
import type { HandlerCalls } from '../handlers/handler-calls.js';
import { instancesWith } from './found-instances.js';
import type { AnyFunction } from './schedule.types.js';
import { classOf, shadow } from '../shadow.js';

/** The used part of the loader of `@nestjs/event-emitter`, which calls each handler through this method. */
interface SubscribersLoader {
  wrapFunctionInTryCatchBlocks(
    instance: object,
    method: string,
    args: unknown[],
    options: unknown,
  ): Promise<unknown>;
  loadEventListeners(): void;
}

/** Measures the `@OnEvent()` handlers of `@nestjs/event-emitter`, which logs what they throw and goes on. */
export function attachToEvents(modules: ModulesContainer, calls: HandlerCalls): void {
  const methods = ['wrapFunctionInTryCatchBlocks', 'loadEventListeners'] as const;
  for (const loader of instancesWith<SubscribersLoader>(modules, methods)) {
    const call = loader.wrapFunctionInTryCatchBlocks.bind(loader);
    shadow(
      loader,
      'wrapFunctionInTryCatchBlocks',
      (instance: object, method: string, args: unknown[], options: unknown) => {
        const handler = (instance as Record<string, unknown>)[method];
        if (typeof handler !== 'function') return call(instance, method, args, options);
        const measured: AnyFunction = (...given) =>
          calls.run('event', classOf(instance), handler, () =>
            (handler as AnyFunction).apply(instance, given),
          );
        // The loader takes the handler from the object that it is given.
        return call({ [method]: measured }, method, args, options);
      },
    );
  }
}
