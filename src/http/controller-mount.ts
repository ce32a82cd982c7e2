import type { Type } from '@nestjs/common';
import { Controller, VERSION_NEUTRAL } from '@nestjs/common';
import type { MonitorController } from './monitor.controller.js';

/**
 * A controller class for one `forRoot` call. Nest reads a path off the class, and the one of a class that two
 * applications share would be the path of whichever started last.
 */
export function subclassController(base: Type<MonitorController>): Type<MonitorController> {
  const controller = { [base.name]: class extends base {} }[base.name];
  // @nestjs/swagger leaves it out of the documentation of the application's own routes.
  Reflect.defineMetadata('swagger/apiExcludeController', [true], controller);
  return controller;
}

/**
 * Gives a class from {@link subclassController} its route. Nest reads routes after the providers exist, so this may
 * wait for options that come from one.
 */
export function mountController(
  controller: Type<MonitorController>,
  { path, host }: { path: string; host: string | undefined },
): void {
  for (const name of ownMethods(controller)) delete (controller.prototype as Record<string, unknown>)[name];
  // Neutral, so that the document stays where it is when the application's own routes get a version.
  Controller({ path, host, version: VERSION_NEUTRAL })(controller);
}

/** Takes all routes of a class from {@link subclassController} away, those that it inherits. */
export function unmountController(controller: Type<MonitorController>): void {
  for (
    let base = controller;
    base !== Function.prototype;
    base = Object.getPrototypeOf(base) as typeof controller
  ) {
    // A method of its own, without a route, hides the inherited one that has it.
    for (const name of ownMethods(base)) {
      Object.defineProperty(controller.prototype, name, { value: () => {}, configurable: true });
    }
  }
}

function ownMethods(controller: Type<MonitorController>): string[] {
  return Object.getOwnPropertyNames(controller.prototype).filter((name) => name !== 'constructor');
}
