/** Under which Nest keeps the path of a method of a controller. */
const PATH_METADATA = 'path';

/** A route as Express keeps it. */
export interface ExpressRoute {
  /** What it was registered under: a pattern, a regular expression, or a list of these. */
  readonly path: unknown;
  /** Lower-case methods, or `_all`. */
  readonly methods: Readonly<Record<string, unknown>>;
  readonly stack?: readonly { readonly handle?: unknown }[];
}

/** One entry of a router: a route, a middleware, or another router that is mounted there. */
export interface ExpressLayer {
  readonly route?: ExpressRoute | undefined;
  readonly handle?: { readonly stack?: readonly ExpressLayer[] } | undefined;
  /** What the layer was registered under. Older routers do not keep it. */
  readonly rawPath?: unknown;
  /** The part of the last path that matched, in routers whose {@link match} gives no more than yes or no. */
  readonly path?: string;
  match(path: string): boolean | { readonly path: string; readonly pattern: unknown };
}

/** A path that a layer takes. */
interface Match {
  /** The part of it that is its own. */
  readonly path: string;
  readonly pattern: unknown;
}

/**
 * The routes of Nest's own 404, among those that were added when it had its handlers: a router below the global prefix
 * that has one route for whatever comes, and then one route for each path that is excluded from the prefix. What is
 * ahead of them is of other modules, which may add routes in their `onModuleInit()`. Without a prefix, there are none.
 */
export function notFoundRoutesIn(layers: readonly ExpressLayer[]): ExpressRoute[] {
  const start = layers.findLastIndex(({ route, handle }) => {
    const inner = route === undefined ? handle?.stack : undefined;
    return inner?.length === 1 && inner[0].route?.path === '*path' && inner[0].route.methods._all === true;
  });
  if (start < 0) return [];
  const [{ handle }, ...excluded] = layers.slice(start);
  return [...(handle?.stack ?? []), ...excluded].flatMap(({ route }) => route ?? []);
}

/** Whether a route takes whatever comes, somewhere in its path. */
export function isWildcard({ path }: ExpressRoute): boolean {
  // Asked at the end of each request: a list of one would cost more than the rest of the question.
  return Array.isArray(path) ? path.flat().some(hasWildcard) : hasWildcard(path);
}

function hasWildcard(pattern: unknown): boolean {
  return typeof pattern === 'string' && pattern.includes('*');
}

/** Whether a route is that of a handler of a controller: Nest puts on it what the decorators say of the method. */
export function isOfHandler({ stack = [] }: ExpressRoute): boolean {
  return stack.some(
    ({ handle }) => typeof handle === 'function' && Reflect.hasMetadata(PATH_METADATA, handle),
  );
}

/**
 * The whole pattern, the mount paths of routers included, of the first route that matches a path and passes the test.
 *
 * @returns `undefined` if there is none.
 */
export function findPattern(
  layers: readonly ExpressLayer[],
  path: string,
  test: (route: ExpressRoute) => boolean,
): unknown {
  for (const layer of layers) {
    const { route, handle } = layer;
    const inner = handle?.stack;
    if (!route && !Array.isArray(inner)) continue;
    if (route && !test(route)) continue;
    const match = matchOf(layer, path);
    if (match === undefined) continue;
    if (route) return match.pattern ?? route.path;
    const rest = path.slice(match.path.length);
    const pattern = findPattern(inner ?? [], rest.startsWith('/') ? rest : `/${rest}`, test);
    if (pattern !== undefined) return below(match.pattern, pattern);
  }
  return undefined;
}

function matchOf(layer: ExpressLayer, path: string): Match | undefined {
  try {
    const match = layer.match(path);
    if (match === false) return undefined;
    return match === true ? { path: layer.path ?? '', pattern: layer.rawPath } : match;
  } catch {
    // A path that cannot be decoded matches nothing.
    return undefined;
  }
}

/** A pattern below a mount path. `*` is a mount path that its router does not tell. */
function below(mount: unknown, pattern: unknown): string {
  const base = typeof mount === 'string' ? mount.replace(/\/+$/, '') : '*';
  const rest = typeof pattern === 'string' ? pattern : String(pattern);
  return base + (rest === '/' && base !== '' ? '' : rest.replace(/^(?!\/)/, '/'));
}
