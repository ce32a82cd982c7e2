import type { Type } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { handlersOf } from './endpoint-controller.js';

/** The metadata key of `@RouteConfig()` of `@nestjs/platform-fastify`. */
const ROUTE_CONFIG = '__fastify_route_config__';

/** In the route configuration of the endpoint's own routes. */
const IS_OURS = Symbol('MONITOR_ROUTE');

type Config = Record<PropertyKey, unknown>;

/** The part of a Fastify route that is used here. */
interface Route {
  readonly method: string | string[];
  readonly url: string;
  readonly handler: unknown;
  readonly constraints?: unknown;
  readonly config?: Config;
}

interface RouterOptions {
  readonly ignoreTrailingSlash?: boolean;
}

/** The part of a Fastify instance that is used here. Fastify is a dependency of the application, not ours. */
interface FastifyInstance {
  readonly initialConfig?: RouterOptions & { readonly routerOptions?: RouterOptions };
  addHook(name: 'onRoute', hook: (route: Route) => void): void;
  route(route: Route): void;
}

/** Marks the routes of a controller for {@link serveTrailingSlashes}. */
export function acceptTrailingSlash(controller: Type<object>): void {
  for (const handler of handlersOf(controller).values()) {
    const config = Reflect.getMetadata(ROUTE_CONFIG, handler) as Config | undefined;
    Reflect.defineMetadata(ROUTE_CONFIG, { ...config, [IS_OURS]: true }, handler);
  }
}

/**
 * Serves the routes of the endpoint with a slash at the end too. Express does so by itself; for Fastify it is another route.
 * Call it before Nest registers routes.
 */
export function serveTrailingSlashes(adapter: HttpAdapterHost['httpAdapter'] | undefined): void {
  if (adapter?.getType() !== 'fastify') return;
  const fastify = adapter.getInstance<FastifyInstance>();
  const { ignoreTrailingSlash, routerOptions } = fastify.initialConfig ?? {};
  if (ignoreTrailingSlash || routerOptions?.ignoreTrailingSlash) return;
  fastify.addHook('onRoute', ({ method, url, handler, constraints, config }) => {
    // Fastify adds the HEAD route of each GET route by itself.
    if (config?.[IS_OURS] !== true || method === 'HEAD' || url.endsWith('/')) return;
    fastify.route({
      method,
      url: `${url}/`,
      handler,
      constraints: constraints ?? {},
      config: { ...config, [IS_OURS]: false },
    });
  });
}
