/** The metadata key under which Nest keeps the path of a method of a controller. */
const PATH_METADATA = 'path';

/** A route of Express. */
export interface ExpressRoute {
  /** What it was registered under: a pattern, a regular expression, or an array of these. */
  readonly path: unknown;
  /** Lower-case methods, or `_all`. */
  readonly methods: Readonly<Record<string, unknown>>;
  readonly stack?: readonly { readonly handle?: unknown }[];
}

/** One entry of an Express router: a route, or a handler that is mounted at a path, such as a middleware or another router. */
export interface ExpressLayer {
  readonly route?: ExpressRoute | undefined;
  readonly handle?: { readonly stack?: readonly ExpressLayer[] } | undefined;
  /** What the layer was registered under. Before router 2.3 (Express 5.3), a layer does not keep it. */
  readonly rawPath?: unknown;
  /** Before router 2.3: the part of the path that matched last, and the names of the parameters in it. */
  readonly path?: string;
  readonly keys?: readonly unknown[];
  readonly matchers?: readonly { readonly name: string }[];
  match(path: string): boolean | { readonly path: string; readonly pattern: unknown };
}

/** How a layer matches a path. */
export interface LayerMatch {
  /** The part of the path that belongs to the layer. */
  readonly path: string;
  /** `undefined` where the layer does not keep it. */
  readonly pattern: unknown;
}

/** Whether and how a layer matches a path. */
export function matchOf(layer: ExpressLayer, path: string): LayerMatch | undefined {
  try {
    const match = layer.match(path);
    if (match === false) return undefined;
    if (match !== true) return match;
    return { path: layer.path ?? '', pattern: layer.rawPath ?? literalPathOf(layer) };
  } catch {
    // A path that cannot be decoded matches nothing.
    return undefined;
  }
}

/** Before router 2.3: a pattern without parameters is the path that it matches, apart from upper and lower case. */
function literalPathOf({ path, keys, matchers = [] }: ExpressLayer): string | undefined {
  const isLiteral = keys?.length === 0 && matchers.every(({ name }) => name !== 'regexpMatcher');
  return isLiteral ? path?.toLowerCase() : undefined;
}

/** Whether a pattern contains a wildcard. */
export function isWildcard(pattern: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.flat().some(isWildcard);
  return typeof pattern === 'string' && pattern.includes('*');
}

/** Whether a route belongs to a method of a controller: Nest copies the metadata of the method to its handler. */
export function isOfHandler({ stack = [] }: ExpressRoute): boolean {
  return stack.some(
    ({ handle }) => typeof handle === 'function' && Reflect.hasMetadata(PATH_METADATA, handle),
  );
}

/**
 * The routes of Nest's own 404 handler, among the layers that were added when Nest registered its handlers: a router below
 * the global prefix with one route for any path, followed by one route for each path that is excluded from the prefix. Other
 * modules may have added layers ahead of these in `onModuleInit()`. Without a global prefix there are no such routes.
 */
export function notFoundRoutesIn(layers: readonly ExpressLayer[]): ExpressRoute[] {
  const start = layers.findLastIndex(({ route, handle }) => {
    const inner = route === undefined ? handle?.stack : undefined;
    const only = inner?.length === 1 ? inner[0]?.route : undefined;
    return only?.path === '*path' && only.methods._all === true;
  });
  if (start < 0) return [];
  return layers
    .slice(start)
    .flatMap((layer, at) => (at === 0 ? (layer.handle?.stack ?? []) : layer))
    .flatMap(({ route }) => route ?? []);
}
