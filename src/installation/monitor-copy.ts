import type { ModulesContainer } from '@nestjs/core';
import { MONITOR_COPY, THIS_COPY } from '../common/this-copy.js';

/** A class of another copy of this package, and who uses it. */
export interface ForeignCopy {
  readonly path: string;
  readonly consumer: string;
}

/** Finds a class of another copy among the modules of an application and among what its classes inject. */
export function findForeignCopy(modules: ModulesContainer): ForeignCopy | undefined {
  for (const { metatype: module, providers, controllers, injectables } of modules.values()) {
    const path = foreignCopy(module);
    if (path !== undefined) return { path, consumer: `the import of ${module.name}` };
    for (const { metatype, inject, name } of [
      ...providers.values(),
      ...controllers.values(),
      ...injectables.values(),
    ]) {
      for (const token of [...(inject ?? []), ...injectedBy(metatype)]) {
        const foreign = foreignCopy(token);
        if (foreign !== undefined) return { path: foreign, consumer: String(metatype?.name ?? name) };
      }
    }
  }
  return undefined;
}

/** What a class injects into its constructor, by its types and by `@Inject()`, and into its properties. */
function injectedBy(metatype: unknown): unknown[] {
  if (typeof metatype !== 'function') return [];
  const types = Reflect.getMetadata('design:paramtypes', metatype) as unknown;
  const named = Reflect.getMetadata('self:paramtypes', metatype) as unknown;
  const properties = Reflect.getMetadata('self:properties_metadata', metatype) as unknown;
  return [
    ...(Array.isArray(types) ? types : []),
    ...(Array.isArray(named) ? named.map((one: { param?: unknown }) => one.param) : []),
    ...(Array.isArray(properties) ? properties.map((one: { type?: unknown }) => one.type) : []),
  ];
}

function foreignCopy(token: unknown): string | undefined {
  if (typeof token !== 'function') return undefined;
  const copy = Object.getOwnPropertyDescriptor(token, MONITOR_COPY)?.value as { path?: unknown } | undefined;
  return copy === undefined || copy === THIS_COPY ? undefined : String(copy.path);
}
