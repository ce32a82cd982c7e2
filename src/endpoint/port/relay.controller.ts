import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { controllerAt, handlersOf } from '../mounting/endpoint-controller.js';

/** Where Nest keeps the guards and such of a class or a method. */
const ENHANCERS = ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'];

/** Where Nest keeps what a class has injected. */
const DEPENDENCIES = /^(?:design:paramtypes|(?:self|optional):\w+)$/;

/** A controller of this application that another one serves. */
export interface RelayedController {
  readonly controller: Type;
  /** That of the module of the controller. */
  readonly moduleRef: ModuleRef;
  readonly path: string;
  readonly host: string | undefined;
}

/**
 * A controller for another application that forwards every call to a controller of this one. It has the same routes and
 * metadata, and injects nothing: this application makes its guards, interceptors, pipes and filters too.
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
    // What is known of its parameters: where they come from, and their types.
    copyMetadata(controller, relay, name);
    copyMetadata(controller.prototype as object, relay.prototype, name);
  }
  return controllerAt(relay, { path, host });
}

/** Of a class, a method, or what is known of a method by its name; what is inherited included. */
function copyMetadata(from: object, to: object, name?: string): void {
  const keys = (
    name === undefined ? Reflect.getMetadataKeys(from) : Reflect.getMetadataKeys(from, name)
  ) as unknown[];
  for (const key of keys) {
    if (name !== undefined) Reflect.defineMetadata(key, Reflect.getMetadata(key, from, name), to, name);
    else if (!DEPENDENCIES.test(String(key))) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
}

/** Puts instances in the place of the classes of guards, interceptors, pipes and filters. */
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
