import type { Type } from '@nestjs/common';
import { Controller, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { LoopbackGuard } from '../../access/loopback.guard.js';
import { markEndpoint } from '../../common/http/own-endpoint.js';
import { badOption } from '../../common/options/check-options.js';
import { DECORATORS_RULE } from '../endpoint.options.js';

type Handler = (...args: unknown[]) => unknown;

/** Where the endpoint is. */
export interface EndpointRoute {
  /** Below the global prefix of the application. Nest registers no route, and logs none, for an empty array. */
  readonly path: string | [];
  /** The virtual host, as in Nest's `@Controller({ host })`. */
  readonly host: string | undefined;
}

/**
 * Creates the class that one `forRoot` call registers for a controller of the endpoint. It has the monitor's guard and the
 * decorators of the options, since Nest reads both before any provider exists.
 *
 * Two applications can be created from one `forRoot` call, so the class holds nothing that belongs to one application; see
 * {@link controllerAt}.
 *
 * @param decorators applied to it as if they stood above the class.
 * @throws MonitorOptionsError for a decorator factory that was not called, such as `Public` in place of `Public()`.
 */
export function endpointController<T extends object>(
  base: Type<T>,
  decorators: readonly ClassDecorator[] = [],
): Type<T> {
  const controller = subclassOf(base);
  // @nestjs/swagger leaves it out of the documentation of the application's own routes.
  Reflect.defineMetadata('swagger/apiExcludeController', [true], controller);
  const guards = (Reflect.getMetadata('__guards__', controller) ?? []) as unknown[];
  if (!guards.includes(LoopbackGuard)) UseGuards(LoopbackGuard)(controller);
  for (const decorate of decorators.toReversed()) {
    const result: unknown = decorate(controller);
    // A decorator factory returns the decorator instead of decorating.
    const isDone = result === undefined || result === controller;
    if (!isDone) throw badOption('decorators', decorate, DECORATORS_RULE.allowed);
  }
  return controller;
}

/**
 * Creates a subclass with the route that the controller has in one application. Nest reads the route from the class, so
 * each application needs its own class.
 */
export function controllerAt(controller: Type, { path, host }: EndpointRoute): Type {
  const mounted = subclassOf(controller);
  // Some libraries read only the own metadata of a class, not the inherited one.
  for (const key of Reflect.getOwnMetadataKeys(controller) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, controller), mounted);
  }
  // Version-neutral: versioning in the application does not change the address of the endpoint.
  Controller({ path, host, version: VERSION_NEUTRAL })(mounted);
  markEndpoint(mounted);
  return mounted;
}

/** The methods of a controller that have a route, inherited ones included. */
export function handlersOf(controller: Type): Map<string, Handler> {
  const methods = new Map<string, Handler>();
  for (
    let prototype = controller.prototype as object;
    prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      // A method that overrides another decides whether there is a route, as in Nest.
      const isMethod = typeof value === 'function' && name !== 'constructor';
      if (isMethod && !methods.has(name)) methods.set(name, value as Handler);
    }
  }
  return new Map([...methods].filter(([, method]) => Reflect.hasMetadata('path', method)));
}

function subclassOf<T extends object>(base: Type<T>): Type<T> {
  // A computed property gives the class its name, which Nest logs.
  const { [base.name]: subclass } = { [base.name]: class extends base {} };
  return subclass as Type<T>;
}
