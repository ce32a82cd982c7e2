import { monotonicClock } from '../../common/clock.js';
import { handlerName } from '../handlers/handler-name.js';
import { NOT_A_METHOD } from './decorators.messages.js';
import type { EndCall } from './follow-call.js';
import { followCall } from './follow-call.js';
import type { MethodMetricKind } from './method-metric.js';
import { MethodMetric } from './method-metric.js';
import type { MethodMetricOptions } from './method-metric.options.js';
import { injectRegistry, registryOf } from './registry-injection.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Methods that Nest calls once: a decorator of a class leaves them out. */
const LIFECYCLE: readonly unknown[] = [
  'constructor',
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
];

/** The decorator of methods and classes that records this kind of metric. */
export function methodMetricDecorator(
  kind: MethodMetricKind,
  options: MethodMetricOptions,
): MethodDecorator & ClassDecorator {
  const decorate = (target: unknown, key?: unknown, descriptor?: PropertyDescriptor): void => {
    if (typeof target === 'function' && key === undefined) {
      decorateClass(kind, options, target.prototype as object);
      return;
    }
    const isMethod = typeof target === 'object' && target !== null && typeof descriptor?.value === 'function';
    if (!isMethod) throw new TypeError(NOT_A_METHOD(kind.decorator, key));
    const name = key as string | symbol;
    // It replaces the decorator of the class, if there is one.
    Reflect.defineMetadata(kind, true, target, name);
    descriptor.value = measured(kind, options, target, descriptor.value as Method, false);
  };
  return decorate as MethodDecorator & ClassDecorator;
}

function decorateClass(kind: MethodMetricKind, options: MethodMetricOptions, prototype: object): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
    const method: unknown = descriptor?.value;
    if (typeof method !== 'function' || LIFECYCLE.includes(key)) continue;
    if (Reflect.hasOwnMetadata(kind, prototype, key)) continue;
    const value = measured(kind, options, prototype, method as Method, true);
    Object.defineProperty(prototype, key, { ...descriptor, value });
  }
}

/** The method, recording each call if its object has a registry. */
function measured(
  kind: MethodMetricKind,
  options: MethodMetricOptions,
  prototype: object,
  method: Method,
  isOfClass: boolean,
): Method {
  injectRegistry(prototype);
  // The class in which the method is written, so that a subclass and a call of `super` have the same name.
  const name = handlerName(prototype.constructor, method);
  const metric = new MethodMetric(kind, name, options, isOfClass);
  const replacement: Method = function (...args) {
    const call = () => Reflect.apply(method, this, args);
    const registry = registryOf(this);
    if (registry === undefined) return call();
    const begin = (): EndCall => {
      const start = monotonicClock();
      let hasEnded = false;
      return (outcome, result) => {
        if (hasEnded) return;
        hasEnded = true;
        metric.record(registry, outcome, (monotonicClock() - start) / 1000, args, result);
      };
    };
    return followCall(call, begin);
  };
  return asIf(method, replacement);
}

/** Copies the name, the properties and the metadata of a method to its replacement. Other decorators may have set them. */
function asIf(method: Method, replacement: Method): Method {
  for (const key of Reflect.ownKeys(method)) {
    const descriptor = Object.getOwnPropertyDescriptor(method, key);
    if (descriptor !== undefined) Reflect.defineProperty(replacement, key, descriptor);
  }
  for (const key of Reflect.getOwnMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), replacement);
  }
  return replacement;
}
