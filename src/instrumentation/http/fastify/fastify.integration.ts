import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TrackedRequest } from '../tracked-request.js';
import type { AnnouncedRoute } from './fastify-routes.js';
import { FastifyRoutes } from './fastify-routes.js';
import type { Begin, FrameworkIntegration, HttpAdapter } from '../framework-integration.js';
import type { ObservedRequest, ObservedResponse } from '../http.options.js';
import { pathOf, routeLabel } from '../route.js';

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

/** A route as Fastify keeps it with each request. */
interface RouteContext {
  readonly config?: { readonly url?: unknown } | null;
}

type Routed = Readonly<Record<symbol, RouteContext | undefined>> & {
  readonly routeOptions?: RouteContext & { readonly url?: unknown };
};

/** Fastify has found the route before the first hook runs, and knows it to the end. */
export class FastifyIntegration implements FrameworkIntegration {
  readonly seesAll = true;
  readonly reshapes = false;
  private readonly routes = new FastifyRoutes();
  /** The property under which a request has its {@link RouteContext}. */
  private contextKey: symbol | undefined;

  constructor(adapter: HttpAdapter, begin: Begin) {
    const instance = adapter.getInstance<Fastify>();
    instance.addHook('onRoute', (route) => this.routes.add(route));
    instance.addHook('onRequest', (request, reply, done) => {
      const tracked = begin(request.raw, reply.raw);
      if (tracked !== undefined) {
        tracked.wrappedRequest = request;
        tracked.wrappedResponse = reply;
      }
      done();
    });
  }

  onRoutesRegistered(): void {}

  onApplicationReady(): void {}

  routeOf({ request, wrappedRequest }: TrackedRequest): string | undefined {
    const url =
      wrappedRequest === undefined ? this.urlAhead(request) : this.urlOf(wrappedRequest as unknown as Routed);
    return url === undefined ? undefined : routeLabel(url);
  }

  private urlAhead(request: IncomingMessage): string | undefined {
    return this.routes.find(request.method ?? '', pathOf(request));
  }

  /**
   * What `routeOptions.url` says. Fastify makes `routeOptions` anew each time that somebody asks, at the cost of all the rest
   * of a look at a request. So what it is made of is found once, and read from then on as long as it is there.
   */
  private urlOf(request: Routed): unknown {
    const { contextKey } = this;
    const config = contextKey === undefined ? undefined : request[contextKey]?.config;
    return config === undefined || config === null ? this.askedUrlOf(request) : config.url;
  }

  private askedUrlOf(request: Routed): unknown {
    const options = request.routeOptions;
    this.contextKey ??= Object.getOwnPropertySymbols(request).find(
      (key) => options?.config !== undefined && request[key]?.config === options.config,
    );
    return options?.url;
  }
}
