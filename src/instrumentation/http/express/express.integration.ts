import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FrameworkIntegration, HttpAdapter, Track } from '../framework-integration.js';
import type { Targeted } from '../route.js';
import { pathOf, routeLabel } from '../route.js';
import type { TrackedRequest } from '../tracked-request.js';
import type { ExpressLayer, ExpressRoute } from './express-layers.js';
import { isOfHandler, isWildcard, notFoundRoutesIn } from './express-layers.js';
import { findMount, findPattern, joinPatterns, pathBelow } from './find-pattern.js';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** The part of an Express instance that is used here. Express is a dependency of the application, not ours. */
interface ExpressInstance {
  readonly router?: { readonly stack?: readonly ExpressLayer[] };
  /** Every request passes here, whichever server or other instance it comes from. */
  handle?: (this: unknown, request: IncomingMessage, response: ServerResponse, next?: unknown) => void;
}

/** The properties that Express sets on a request. */
interface Routed extends Targeted {
  /** The last route that received the request. */
  readonly route?: ExpressRoute;
  readonly method?: string;
  /** The part of the path that was matched by the mount paths of the routers and handlers that received the request. */
  readonly baseUrl?: string;
  /** The application that received the request: the outer one or one that is mounted in it. */
  readonly app?: ExpressInstance;
}

/**
 * Express sets `request.route` to the last route that received the request. That may be the route that answered, but also one
 * that passed the request on, or Nest's own 404 handler. So a middleware after all routes marks the requests that passed them.
 */
export class ExpressIntegration implements FrameworkIntegration {
  readonly seesAll: boolean;
  /** Number of layers once Nest had registered its routes. */
  private routesEnd = Infinity;
  private notFoundRoutes: ReadonlySet<unknown> = new Set();

  constructor(
    private readonly adapter: HttpAdapter,
    private readonly track: Track,
  ) {
    const instance = adapter.getInstance<ExpressInstance>();
    const { handle } = instance;
    // An object that only resembles an Express instance may not have it.
    this.seesAll = handle !== undefined;
    if (handle === undefined) return;
    instance.handle = function (request, response, next) {
      track(request, response);
      return handle.call(this, request, response, next);
    };
  }

  onRoutesRegistered(): void {
    const notePassed: Middleware = (request, response, next) => {
      const tracked = this.track(request, response);
      if (tracked !== undefined) tracked.passedRoute = (request as Routed).route ?? null;
      next();
    };
    this.adapter.use(notePassed);
    this.routesEnd = this.layers().length;
  }

  onApplicationReady(): void {
    this.notFoundRoutes = new Set(notFoundRoutesIn(this.layers().slice(this.routesEnd)));
  }

  routeOf({ request, passedRoute }: TrackedRequest, status: number | undefined): string | undefined {
    const { route } = request as Routed;
    if (passedRoute !== undefined) {
      // It passed Nest's routes. A route or a mount that was added after those may have answered it.
      if (route !== undefined && this.notFoundRoutes.has(route)) return undefined;
      return route !== undefined && route !== passedRoute
        ? this.patternOf(request, route)
        : this.mountOf(request, status);
    }
    if (route === undefined) return this.patternWithoutRoute(request, this.layers(), status);
    if (!isWildcard(route.path) || isOfHandler(route)) return this.patternOf(request, route);
    // Nest registers middleware that is limited to some methods as a route, ahead of all others. It passed this request on.
    const layers = this.layers();
    const at = layers.findIndex((layer) => layer.route === route);
    const next = layers.slice(at + 1, this.routesEnd);
    const pattern =
      at < 0 ? this.patternAhead(request, next) : this.patternWithoutRoute(request, next, status);
    return pattern ?? this.patternOf(request, route);
  }

  /** The full pattern of the route that answered a request. */
  private patternOf(request: Routed, route: ExpressRoute): string {
    const { baseUrl, app } = request;
    // Nearly all routes belong to the application itself, and not to a mounted router.
    if (!baseUrl && typeof route.path === 'string') return routeLabel(route.path);
    const path = pathOf(request);
    const isRoute = (candidate: ExpressRoute): boolean => candidate === route;
    const pattern = findPattern(this.layers(), path, isRoute);
    if (pattern !== undefined) return routeLabel(pattern);
    // It belongs to an application that is mounted in this one.
    const mount = findMount(this.layers(), path, baseUrl ?? '');
    const inner = mount && findPattern(app?.router?.stack ?? [], pathBelow(path, mount.path), isRoute);
    return routeLabel(joinPatterns(mount?.pattern, inner ?? (mount ? `*${String(route.path)}` : route.path)));
  }

  /**
   * The pattern for a request that was not answered by a route, but by a middleware, the body parser, or a handler that is mounted
   * at a path: that of the route that it would have reached, or the mount path if that route is outside of it.
   */
  private patternWithoutRoute(
    request: Routed,
    layers: readonly ExpressLayer[],
    status: number | undefined,
  ): string | undefined {
    const ahead = this.patternAhead(request, layers);
    const mount = this.mountOf(request, undefined);
    if (mount === undefined || `${ahead}/`.startsWith(`${mount}/`)) return ahead;
    return this.mountOf(request, status);
  }

  /** The pattern of the first route that would take the request, apart from middleware that takes any path. */
  private patternAhead(request: Routed, layers: readonly ExpressLayer[]): string | undefined {
    const method = String(request.method).toLowerCase();
    const takes = ({ methods }: ExpressRoute): boolean =>
      Boolean(methods[method] ?? methods._all ?? (method === 'head' && methods.get));
    const pattern = findPattern(
      layers,
      pathOf(request),
      (route) =>
        takes(route) && (!isWildcard(route.path) || isOfHandler(route)) && !this.notFoundRoutes.has(route),
    );
    return pattern === undefined ? undefined : routeLabel(pattern);
  }

  /** The mount path of the handler that answered a request; `undefined` if it answered with 404. */
  private mountOf(request: Routed, status: number | undefined): string | undefined {
    const { baseUrl } = request;
    if (!baseUrl || status === 404) return undefined;
    const mount = findMount(this.layers(), pathOf(request), baseUrl);
    return mount && routeLabel(mount.pattern);
  }

  private layers(): readonly ExpressLayer[] {
    return this.adapter.getInstance<ExpressInstance>().router?.stack ?? [];
  }
}
