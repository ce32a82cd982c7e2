import type { Clock } from '../../common/clock.js';
import type { MetricsRegistry } from '../../metrics/registry.js';

/** What a watcher is created with. */
export interface WatchContext {
  readonly registry: MetricsRegistry;
  readonly clock: Clock;
  /** The name that was given; `undefined` for none. */
  readonly name: string | undefined;
}

/** Reports the numbers of one watched object. */
export interface Watcher {
  /** Identifies what is watched, such as `pool orders`. No two may have the same. */
  readonly key: string;
  /** Called before each read. */
  collect?(): void | Promise<void>;
  /** Restores the object as it was before. */
  stop(): void;
}

/** Creates a watcher for an object that it recognises by its methods and properties; `undefined` for others. It may throw. */
export type Recognise = (thing: object, context: WatchContext) => Watcher | undefined;

/** Whether an object has these methods, of its own or inherited. */
export function hasMethods<K extends string>(
  thing: object,
  ...methods: K[]
): thing is Record<K, (...args: unknown[]) => unknown> {
  return methods.every((method) => typeof (thing as Record<string, unknown>)[method] === 'function');
}

/** Whether an object has these numbers. */
export function hasNumbers<K extends string>(thing: object, ...names: K[]): thing is Record<K, number> {
  return names.every((name) => typeof (thing as Record<string, unknown>)[name] === 'number');
}
