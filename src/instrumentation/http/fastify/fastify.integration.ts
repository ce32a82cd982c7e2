import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FrameworkIntegration, HttpAdapter, Track } from '../framework-integration.js';
import type { ObservedRequest, ObservedResponse } from '../http.options.js';
import { routeLabel } from '../route.js';
import type { TrackedRequest } from '../tracked-request.js';

type FastifyRequest = ObservedRequest & { readonly raw: IncomingMessage };
type FastifyReply = ObservedResponse & { readonly raw: ServerResponse };

/** A request hook of Fastify, and of Nest's adapter for it. */
type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => unknown;

/** The part of a Fastify instance that is used here. Fastify is a dependency of the application, not ours. */
interface FastifyInstance {
  addHook(name: 'onRequest' | 'onResponse', hook: Hook): void;
}

/** The part of Nest's adapter that is used here. Nest 11 has the hook from 11.1 on, and no getter for it. */
interface FastifyAdapter {
  onRequestHook?: Hook;
  setOnRequestHook?: (hook: Hook) => void;
}

/** The part of a Fastify request that has its route. */
interface Routed {
  readonly routeOptions?: { readonly url?: unknown };
}

/** The route that `@fastify/cors` adds for preflights. It is not a route of the application. */
const CORS_ROUTE = '*';

/** Fastify finds the route of a request before it runs the first hook, so the route does not depend on what answers. */
export class FastifyIntegration implements FrameworkIntegration {
  readonly seesAll = true;

  constructor(adapter: HttpAdapter, track: Track) {
    onEachRequest(adapter, (request, reply) => {
      const tracked = track(request.raw, reply.raw);
      if (tracked === undefined) return;
      tracked.wrappedRequest = request;
      tracked.wrappedResponse = reply;
    });
  }

  routeOf({ request, wrappedRequest }: TrackedRequest): string | undefined {
    // Fastify rejects a malformed URL before it creates its request.
    const url = (wrappedRequest as Routed | undefined)?.routeOptions?.url;
    if (url === undefined || (url === CORS_ROUTE && request.method === 'OPTIONS')) return undefined;
    return routeLabel(url);
  }
}

/**
 * Calls a function for each request, ahead of the middleware of the application. Nest runs middleware in a hook that it
 * added before there were providers, so that only Nest's own request hook comes earlier.
 */
function onEachRequest(
  adapter: HttpAdapter,
  see: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  const nest = adapter as unknown as FastifyAdapter;
  const chained = (next: Hook | undefined): Hook =>
    function (this: unknown, request, reply, done) {
      see(request, reply);
      return next === undefined ? done() : next.call(this, request, reply, done);
    };
  const { setOnRequestHook } = nest;
  if (setOnRequestHook !== undefined) {
    // There is one such hook: what the application sets, now or later, is called after ours.
    setOnRequestHook.call(nest, chained(nest.onRequestHook));
    nest.setOnRequestHook = (hook) => setOnRequestHook.call(nest, chained(hook));
    return;
  }
  // Without it, a request that middleware answers is seen only in onResponse, when the response is finished.
  const instance = adapter.getInstance<FastifyInstance>();
  instance.addHook('onRequest', chained(undefined));
  instance.addHook('onResponse', chained(undefined));
}
