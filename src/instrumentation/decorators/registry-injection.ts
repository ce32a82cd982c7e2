import { Inject, Optional } from '@nestjs/common';
import { MetricsRegistry } from '../../metrics/registry.js';

/** The property that holds the registry of an application, in the instances of its decorated classes. */
const REGISTRY = Symbol('monitor.registry');

/**
 * Makes Nest inject the registry into the instances of a class, of any scope, and of its subclasses. Without `MonitorModule`,
 * nothing is injected.
 */
export function injectRegistry(prototype: object): void {
  if (REGISTRY in prototype) return;
  Object.defineProperty(prototype, REGISTRY, {
    configurable: true,
    set(this: object, registry: unknown) {
      // A test tool may inject a mock, which must not be used.
      if (!(registry instanceof MetricsRegistry)) return;
      // Not enumerable, so that an instance looks as it would without the decorator. On a frozen instance, this fails silently.
      const property = { value: registry, configurable: true, writable: true };
      Reflect.defineProperty(this, REGISTRY, property);
    },
  });
  Inject(MetricsRegistry)(prototype, REGISTRY);
  Optional()(prototype, REGISTRY);
}

/** The registry that an object records to; `undefined` without one. */
export function registryOf(instance: unknown): MetricsRegistry | undefined {
  return (instance as { [REGISTRY]?: MetricsRegistry } | null | undefined)?.[REGISTRY];
}

/** Sets the registry of an object that Nest did not create, if its class is decorated and it has none yet. */
export function giveRegistry(instance: unknown, registry: MetricsRegistry): void {
  if (typeof instance !== 'object' || instance === null) return;
  try {
    if (REGISTRY in instance) (instance as { [REGISTRY]?: MetricsRegistry })[REGISTRY] ??= registry;
  } catch {
    // Any object can be a provider: a proxy may throw.
  }
}
