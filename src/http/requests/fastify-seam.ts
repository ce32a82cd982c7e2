import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './exchange.js';
import type { AnnouncedRoute } from './fastify-routes.js';
import { FastifyRoutes } from './fastify-routes.js';
import type { Begin, FrameworkSeam, HttpAdapter } from './framework-seam.js';
import type { ObservedRequest, ObservedResponse } from './http.options.js';
import { pathOf, routeLabel } from './route.js';

/** What is used of a Fastify instance; Fastify itself is the application's, not ours. */
interface Fastify {
  addHook(name: 'onRoute', hook: (route: AnnouncedRoute) => void): void;
  addHook(
    name: 'onRequest',
    hook: (
      request: ObservedRequest & { raw: IncomingMessage },
      reply: ObservedResponse & { raw: ServerResponse },
      done: () => void,
    ) => void,
  ): void;
}

interface Routed {
  readonly routeOptions?: { readonly url?: unknown };
}

/** Fastify has found the route before the first hook runs, and knows it to the end. */
export class FastifySeam implements FrameworkSeam {
  readonly seesAll = true;
  private readonly routes = new FastifyRoutes();

  constructor(adapter: HttpAdapter, begin: Begin) {
    const instance = adapter.getInstance<Fastify>();
    instance.addHook('onRoute', (route) => this.routes.add(route));
    instance.addHook('onRequest', (request, reply, done) => {
      const exchange = begin(request.raw, reply.raw);
      if (exchange !== undefined) {
        exchange.wrappedRequest = request;
        exchange.wrappedResponse = reply;
      }
      done();
    });
  }

  onRoutesRegistered(): void {}

  onApplicationReady(): void {}

  routeOf({ request, wrappedRequest }: Exchange): string | undefined {
    const url: unknown =
      wrappedRequest === undefined
        ? this.routes.find(request.method ?? '', pathOf(request))
        : (wrappedRequest as Routed).routeOptions?.url;
    return url === undefined ? undefined : routeLabel(url);
  }
}
