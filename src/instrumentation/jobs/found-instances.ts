import type { ModulesContainer } from '@nestjs/core';

/**
 * The providers whose classes have these methods. They are found by their shape, as importing the class would make an
 * optional package a dependency, and a bundler may have shortened its name.
 */
export function instancesWith<T extends object>(
  modules: ModulesContainer,
  methods: readonly (keyof T & string)[],
): T[] {
  const found = new Set<T>();
  for (const { providers } of modules.values()) {
    for (const [token, { instance }] of providers) {
      // Only then is the instance looked at: another one may be a proxy that throws.
      if (typeof token !== 'function' || !hasMethods<T>(token.prototype, methods)) continue;
      if (hasMethods<T>(instance, methods)) found.add(instance);
    }
  }
  return [...found];
}

function hasMethods<T extends object>(value: unknown, methods: readonly string[]): value is T {
  if (typeof value !== 'object' || value === null) return false;
  return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}
