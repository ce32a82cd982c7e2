import type { Type } from '@nestjs/common';
import type { Rule, Rules } from '../common/options/option-rules.js';
import { isArrayOf, isCallable, isShortText } from '../common/options/option-rules.js';
import { MonitorController } from './monitor.controller.js';

/** Where the endpoint is, and which controller serves it. */
export interface EndpointOptions {
  /** The path of the endpoint, below the global prefix of the application. Default: `monitor`. */
  path?: string | undefined;
  /** The virtual host of the endpoint, as in Nest's `@Controller({ host })`. Default: every host. */
  host?: string | undefined;
  /** `false` for no endpoint, or a subclass of {@link MonitorController} that replaces it. Default: `MonitorController`. */
  controller?: false | Type<MonitorController> | undefined;
  /**
   * Class decorators that are applied to the controllers of the endpoint, such as the `Public()` by which a global guard of the
   * application recognizes public routes. Default: none.
   */
  decorators?: readonly ClassDecorator[] | undefined;
}

/** {@link EndpointOptions} with their defaults. */
export interface ResolvedEndpointOptions {
  readonly path: string;
  readonly host: string | undefined;
  readonly controller: false | Type<MonitorController> | undefined;
  readonly decorators: readonly ClassDecorator[];
}

export const DECORATORS_RULE: Rule = {
  allowed: 'an array of class decorators, such as [Public()]',
  accepts: (value) => isArrayOf(value, isCallable),
};

export const ENDPOINT_RULES: Rules = {
  path: {
    allowed: 'a path of letters, digits, "-", "_" and "~", with "." inside and "/" between its segments',
    accepts: (value) => isShortText(value) && /^\/?[\w~-][\w~.-]*(\/[\w~-][\w~.-]*)*\/?$/.test(value),
  },
  host: {
    allowed: 'a host name without a port, such as "monitor.example.com" or ":tenant.example.com"',
    accepts: (value) => isShortText(value) && /^(:[a-z_]\w*|[\w-]+)(\.(:[a-z_]\w*|[\w-]+))*$/i.test(value),
  },
  controller: {
    allowed: 'false, or a class that extends MonitorController',
    accepts: (value) => value === false || isMonitorController(value),
  },
  decorators: DECORATORS_RULE,
};

/** @param options accepted by {@link ENDPOINT_RULES}. */
export function resolveEndpointOptions(options: EndpointOptions): ResolvedEndpointOptions {
  const { path = 'monitor', host, controller, decorators = [] } = options;
  return { path, host, controller, decorators: Object.freeze([...decorators]) };
}

function isMonitorController(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof MonitorController;
}
