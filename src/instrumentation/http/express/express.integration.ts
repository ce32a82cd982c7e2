import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TrackedRequest } from '../tracked-request.js';
import { findPattern, isOfHandler, isWildcard, notFoundRoutesIn } from './express-routes.js';
import type { ExpressLayer, ExpressRoute } from './express-routes.js';
import type { Begin, FrameworkIntegration, HttpAdapter } from '../framework-integration.js';
import { KEEPS_SHAPES, uncached } from './uncached-property.js';
import type { Targeted } from '../route.js';
import { pathOf, routeLabel } from '../route.js';

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** What is used of an Express instance; Express itself is the application's, not ours. */
interface ExpressInstance {
  readonly router: { readonly stack?: readonly ExpressLayer[] };
  /** Every request comes through here, whatever server or other instance has it from its client. */
  handle(this: unknown, request: IncomingMessage, response: ServerResponse, next?: unknown): void;
}

/** What Express leaves on a request. */
interface Routed extends Targeted {
  readonly route?: ExpressRoute;
  readonly method?: string;
  /** What the mount paths of the routers matched that the request is in: a part of its URL. */
  readonly baseUrl?: string;
}

/**
 * Express tells on the request which route had it last: that of a middleware that passed it on, or that of Nest's
 * own 404, as well as the one that answered. So a middleware behind all routes takes note of what gets past them.
 */
export class ExpressIntegration implements FrameworkIntegration {
  readonly seesAll: boolean;
  readonly reshapes = !KEEPS_SHAPES;
  /** How many layers there were when Nest had registered its routes. */
  private routesEnd = Infinity;
  /** The routes of Nest's own 404. */
  private notFound: ReadonlySet<unknown> = new Set();

  constructor(
    private readonly adapter: HttpAdapter,
    private readonly begin: Begin,
  ) {
    const instance = adapter.getInstance<Partial<ExpressInstance>>();
    const { handle } = instance;
    // What was made after Express may have no such thing.
    this.seesAll = handle !== undefined;
    if (handle === undefined) return;
    instance.handle = function (request, response, next) {
      begin(request, response);
      return handle.call(this, request, response, next);
    };
  }

  onRoutesRegistered(): void {
    this.use((request, response, next) => {
      const tracked = this.begin(request, response);
      if (tracked !== undefined) tracked.passedRoute = (request as Routed).route ?? null;
      next();
    });
    this.routesEnd = this.layers().length;
  }

  onApplicationReady(): void {
    this.notFound = new Set(notFoundRoutesIn(this.layers().slice(this.routesEnd)));
  }

  routeOf({ request, passedRoute }: TrackedRequest): string | undefined {
    const route = this.reshapes ? uncached(request as Routed, 'route') : (request as Routed).route;
    if (passedRoute !== undefined) {
      // Unless a route had it after all, which was added after Nest's own.
      const isLate = route !== undefined && route !== passedRoute && !this.notFound.has(route);
      return isLate ? this.patternOf(request, route) : undefined;
    }
    // A middleware answered, or the body parser: the route is the one that the request would have come to.
    if (route === undefined) return this.patternAhead(request, this.layers());
    if (!isWildcard(route) || isOfHandler(route)) return this.patternOf(request, route);
    // Nest registers a middleware that is for some methods only as a route, ahead of all others.
    const layers = this.layers();
    const after = layers.slice(layers.findIndex((layer) => layer.route === route) + 1, this.routesEnd);
    return this.patternAhead(request, after) ?? this.patternOf(request, route);
  }

  private patternOf(request: Routed, route: ExpressRoute): string {
    // Nearly all routes are those of the application itself, below no other router.
    const baseUrl = this.reshapes ? uncached(request, 'baseUrl') : request.baseUrl;
    if (!baseUrl && typeof route.path === 'string') return routeLabel(route.path);
    const pattern = findPattern(this.layers(), pathOf(request), (candidate) => candidate === route);
    // A router that cannot be looked into, such as an application within the application, does not tell its mount path.
    return routeLabel(pattern ?? `*${routeLabel(route.path)}`);
  }

  /** The pattern of the first route that would take the request, but for middlewares that take whatever comes. */
  private patternAhead(request: Routed, layers: readonly ExpressLayer[]): string | undefined {
    const method = String(request.method).toLowerCase();
    const takes = ({ methods }: ExpressRoute): boolean =>
      Boolean(methods[method] ?? methods._all ?? (method === 'head' && methods.get));
    const pattern = findPattern(
      layers,
      pathOf(request),
      (route) => takes(route) && (!isWildcard(route) || isOfHandler(route)) && !this.notFound.has(route),
    );
    return pattern === undefined ? undefined : routeLabel(pattern);
  }

  private layers(): readonly ExpressLayer[] {
    const { router } = this.adapter.getInstance<Partial<ExpressInstance>>();
    return router?.stack ?? [];
  }

  private use(handler: Handler): void {
    this.adapter.use(handler);
  }
}
