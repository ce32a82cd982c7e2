import type { Type } from '@nestjs/common';
import { Controller, VERSION_NEUTRAL } from '@nestjs/common';
import { badOption } from '../common/options/check-options.js';
import type { Rule } from '../common/options/option-rules.js';
import type { MonitorController } from './monitor.controller.js';

type Handler = (...args: unknown[]) => unknown;

export const DECORATORS_RULE: Rule = {
  allowed: 'an array of class decorators, such as [Public()]',
  accepts: (value) => Array.isArray(value) && value.every((decorator) => typeof decorator === 'function'),
};

/**
 * A controller class for one `forRoot` call. Nest reads a path off the class, and the one of a class that two
 * applications share would be the path of whichever started last.
 *
 * @param decorators put on it as if they stood above it.
 */
export function subclassController(
  base: Type<MonitorController>,
  decorators: readonly ClassDecorator[] = [],
): Type<MonitorController> {
  const controller = { [base.name]: class extends base {} }[base.name];
  // @nestjs/swagger leaves it out of the documentation of the application's own routes.
  Reflect.defineMetadata('swagger/apiExcludeController', [true], controller);
  for (const decorate of decorators.toReversed()) {
    const result: unknown = decorate(controller);
    // One that is given as Public, and not as Public(), gives the decorator that was meant.
    const isDone = result === undefined || result === controller;
    if (!isDone) throw badOption('decorators', decorate, DECORATORS_RULE.allowed);
  }
  return controller;
}

/**
 * Gives a class from {@link subclassController} its route. Nest reads routes after the providers exist, so this may
 * wait for options that come from one.
 */
export function mountController(
  controller: Type,
  { path, host }: { path: string; host: string | undefined },
): void {
  // What unmountController() has put there, for the application before this one.
  for (const [name] of handlersOf(controller)) delete (controller.prototype as Record<string, unknown>)[name];
  // Neutral, so that the document stays where it is when the application's own routes get a version.
  Controller({ path, host, version: VERSION_NEUTRAL })(controller);
}

/** Takes all routes of a class from {@link subclassController} away, those that it inherits. Its methods still work. */
export function unmountController(controller: Type<MonitorController>): void {
  for (const [name, handler] of handlersOf(controller)) {
    // A method of its own, without a route, hides the inherited one that has it.
    const value = function (this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(handler, this, args);
    };
    Object.defineProperty(controller.prototype, name, { value, configurable: true });
  }
}

/**
 * The methods with a route of the class that {@link subclassController} was given, those that it inherits included,
 * whether they are mounted or not.
 */
export function handlersOf(controller: Type): Map<string, Handler> {
  const methods = new Map<string, Handler>();
  for (
    let prototype = Object.getPrototypeOf(controller.prototype) as object;
    prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      // The one of the subclass stands for the one that it overrides, with its route or without.
      const isMethod = typeof value === 'function' && name !== 'constructor';
      if (isMethod && !methods.has(name)) methods.set(name, value as Handler);
    }
  }
  return new Map([...methods].filter(([, method]) => Reflect.hasMetadata('path', method)));
}
