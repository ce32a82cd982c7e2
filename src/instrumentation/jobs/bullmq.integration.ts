import type { ModulesContainer } from '@nestjs/core';
import type { HandlerCalls } from '../handlers/handler-calls.js';
import { instancesWith } from './found-instances.js';
import type { AnyFunction } from './schedule.types.js';
import { classOf, shadow } from '../shadow.js';

/** The used parts of the explorer of `@nestjs/bullmq`, which creates a worker for each processor. */
interface BullExplorer {
  handleProcessor(instance: object, ...rest: unknown[]): void;
  registerWorkers(): void;
  readonly injector?: { loadPerContext?(...args: unknown[]): Promise<object> };
}

interface Processor {
  readonly process?: unknown;
}

/** The names of the errors by which a processor makes BullMQ move its job. They are not failures. */
const MOVES: ReadonlySet<unknown> = new Set([
  'DelayedError',
  'WaitingError',
  'WaitingChildrenError',
  'RateLimitError',
]);

/** Measures the processors of `@nestjs/bullmq` as handlers. */
export function attachToBullmq(modules: ModulesContainer, calls: HandlerCalls): void {
  for (const explorer of instancesWith<BullExplorer>(modules, ['handleProcessor', 'registerWorkers'])) {
    const handle = explorer.handleProcessor.bind(explorer);
    shadow(explorer, 'handleProcessor', (instance: Processor, ...rest: unknown[]) => {
      // The explorer binds the method at once. Direct calls of the processor are not measured.
      const restore = measureProcessor(instance, calls);
      try {
        handle(instance, ...rest);
      } finally {
        restore?.();
      }
    });
    const { injector } = explorer;
    const load = injector?.loadPerContext?.bind(injector);
    if (injector === undefined || load === undefined) continue;
    // A processor with request scope is created for each job.
    shadow(injector, 'loadPerContext', async (...args: unknown[]) => {
      const instance = await load(...args);
      measureProcessor(instance, calls);
      return instance;
    });
  }
}

function measureProcessor(instance: Processor, calls: HandlerCalls): (() => void) | undefined {
  const { process: method } = instance;
  if (typeof method !== 'function') return undefined;
  const measured: AnyFunction = function (this: unknown, ...args) {
    const work = () => (method as AnyFunction).apply(this, args);
    return calls.run('bullmq', classOf(instance), method, work, isFailure);
  };
  // BullMQ passes an AbortSignal to a processor that takes one.
  Object.defineProperty(measured, 'length', { value: method.length });
  return shadow(instance, 'process', measured);
}

function isFailure(thrown: unknown): boolean {
  return !MOVES.has((thrown as { readonly name?: unknown } | null | undefined)?.name);
}
