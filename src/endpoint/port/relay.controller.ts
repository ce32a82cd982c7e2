import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { controllerAt, handlersOf } from '../mounting/endpoint-controller.js';

/** Metadata keys of the guards, interceptors, pipes and filters of a class or a method. */
const ENHANCERS = ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'];

/** Metadata keys of the dependencies of a class. */
const DEPENDENCIES = /^(?:design:paramtypes|(?:self|optional):\w+)$/;

/** A controller of this application that another application serves. */
export interface RelayedController {
  readonly controller: Type;
  /** The reference to the controller's module. */
  readonly moduleRef: ModuleRef;
  readonly path: string;
  readonly host: string | undefined;
}

/**
 * Creates a controller for another application that forwards every call to a controller of this one. It has the same
 * routes and metadata, and no dependencies: its guards, interceptors, pipes and filters are created by this application too.
 */
export async function relayController({
  controller,
  moduleRef,
  path,
  host,
}: RelayedController): Promise<Type> {
  const instance = moduleRef.get<object>(controller, { strict: true });
  const relay = class {};
  Object.defineProperty(relay, 'name', { value: controller.name });
  copyMetadata(controller, relay);
  await createEnhancers(relay, moduleRef);
  for (const [name, handler] of handlersOf(controller)) {
    const method = (...args: unknown[]): unknown => Reflect.apply(handler, instance, args);
    copyMetadata(handler, method);
    await createEnhancers(method, moduleRef);
    Object.defineProperty(relay.prototype, name, { value: method });
    // The parameters: their decorators and types.
    copyMetadata(controller, relay, name);
    copyMetadata(controller.prototype as object, relay.prototype, name);
  }
  return controllerAt(relay, { path, host });
}

/** Copies the metadata of a class or a method, or that of the property `name`, inherited metadata included. */
function copyMetadata(from: object, to: object, name?: string): void {
  const keys = (
    name === undefined ? Reflect.getMetadataKeys(from) : Reflect.getMetadataKeys(from, name)
  ) as unknown[];
  for (const key of keys) {
    if (name !== undefined) Reflect.defineMetadata(key, Reflect.getMetadata(key, from, name), to, name);
    else if (!DEPENDENCIES.test(String(key))) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
}

/** Replaces the classes of guards, interceptors, pipes and filters by instances. */
async function createEnhancers(target: object, moduleRef: ModuleRef): Promise<void> {
  for (const key of ENHANCERS) {
    const enhancers = (Reflect.getMetadata(key, target) ?? []) as (Type | object)[];
    if (enhancers.length === 0) continue;
    const made = enhancers.map(async (enhancer) =>
      typeof enhancer === 'function' ? moduleRef.create(enhancer as Type) : enhancer,
    );
    Reflect.defineMetadata(key, await Promise.all(made), target);
  }
}
