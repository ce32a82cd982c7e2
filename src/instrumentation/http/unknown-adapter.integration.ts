import type { FrameworkIntegration } from './framework-integration.js';
import { routeLabel } from './route.js';
import type { TrackedRequest } from './tracked-request.js';

/** Where Express, Fastify and adapters that resemble them keep the route of a request. */
interface Routed {
  readonly route?: { readonly path?: unknown } | null;
  readonly routeOptions?: { readonly url?: unknown } | null;
}

/**
 * For an adapter that is neither Express nor Fastify. The monitor sees its requests at the server and in the interceptor. The
 * interceptor gets the request object of the handlers, which often has the route where Express or Fastify keep it.
 */
export class UnknownAdapterIntegration implements FrameworkIntegration {
  readonly seesAll = false;

  routeOf({ wrappedRequest }: TrackedRequest): string | undefined {
    if (wrappedRequest === undefined) return undefined;
    const { route, routeOptions } = wrappedRequest as Routed;
    return routeLabel(route?.path ?? routeOptions?.url);
  }
}
