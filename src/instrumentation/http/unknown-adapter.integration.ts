import type { TrackedRequest } from './tracked-request.js';
import type { FrameworkIntegration } from './framework-integration.js';
import { routeLabel } from './route.js';

/** Where the requests of Express, of Fastify, and of what is made after them, tell their route. */
interface Routed {
  readonly route?: { readonly path?: unknown } | null;
  readonly routeOptions?: { readonly url?: unknown } | null;
}

/**
 * An adapter of another make cannot be looked into. Its requests are seen at the server, and by the interceptor, which
 * brings what the handlers get: that often tells the route as others do.
 */
export class UnknownAdapterIntegration implements FrameworkIntegration {
  readonly seesAll = false;
  readonly reshapes = false;
  onRoutesRegistered(): void {}

  onApplicationReady(): void {}

  routeOf({ wrappedRequest }: TrackedRequest): string | undefined {
    if (wrappedRequest === undefined) return undefined;
    const { route, routeOptions } = wrappedRequest as Routed;
    return routeLabel(route?.path ?? routeOptions?.url);
  }
}
