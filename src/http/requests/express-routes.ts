/** A route as Express keeps it. */
export interface ExpressRoute {
  /** What it was registered under: a pattern, a regular expression, or a list of these. */
  readonly path: unknown;
  /** Lower-case methods, or `_all`. */
  readonly methods: Readonly<Record<string, unknown>>;
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

/** All routes, those of mounted routers included. */
export function routesIn(layers: readonly ExpressLayer[]): ExpressRoute[] {
  return layers.flatMap(({ route, handle }) => (route ? [route] : routesIn(handle?.stack ?? [])));
}

/** Whether a route takes whatever comes, somewhere in its path. */
export function isWildcard({ path }: ExpressRoute): boolean {
  return [path].flat().some((pattern) => typeof pattern === 'string' && pattern.includes('*'));
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
