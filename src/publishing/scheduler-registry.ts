import type { ModulesContainer } from '@nestjs/core';

/** The part of the `SchedulerRegistry` of `@nestjs/schedule` that is used here. */
export interface IntervalRegistry {
  doesExist(type: 'interval', name: string): boolean;
  getInterval(name: string): unknown;
  addInterval(name: string, interval: NodeJS.Timeout): void;
  deleteInterval(name: string): void;
}

const METHODS = ['doesExist', 'getInterval', 'addInterval', 'deleteInterval'] as const;

/**
 * The `SchedulerRegistry` of the application; `undefined` if it does not import `ScheduleModule`.
 *
 * It is found in the container by the methods of its class. Importing the class would make `@nestjs/schedule` a package
 * that every application needs, and Jest cannot load version 12 of it. Its name may have been shortened by a bundler.
 */
export function findSchedulerRegistry(modules: ModulesContainer): IntervalRegistry | undefined {
  for (const { providers } of modules.values()) {
    for (const [token, { instance }] of providers) {
      // The instance is checked only if its class matches: other instances may be proxies that throw.
      if (typeof token === 'function' && hasMethods(token.prototype) && hasMethods(instance)) return instance;
    }
  }
  return undefined;
}

function hasMethods(value: unknown): value is IntervalRegistry {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}
