import type { ExpressLayer, ExpressRoute } from './express-layers.js';
import { isWildcard, matchOf } from './express-layers.js';

/**
 * The full pattern, including mount paths of routers, of the first route that matches a path and passes a test.
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
    const pattern = findPattern(inner ?? [], pathBelow(path, match.path), test);
    if (pattern !== undefined) return joinPatterns(match.pattern, pattern);
  }
  return undefined;
}

/** A mount: the part of a path that it matched, and its pattern. */
export interface Mount {
  readonly path: string;
  readonly pattern: string;
}

/**
 * The mount of the layer that received a request. Express provides only the part of the path that the mount matched (`baseUrl`).
 *
 * @returns `undefined` if every such layer is mounted under a wildcard.
 */
export function findMount(layers: readonly ExpressLayer[], path: string, baseUrl: string): Mount | undefined {
  const mounts = layers.flatMap((layer) => mountOf(layer, path, baseUrl) ?? []);
  // Several may match. It is unknown which one received the request: prefer the one without parameters.
  return mounts.find((mount) => mount.pattern === baseUrl) ?? mounts[0];
}

function mountOf(layer: ExpressLayer, path: string, baseUrl: string): Mount | undefined {
  const match = layer.route ? undefined : matchOf(layer, path);
  if (match === undefined || match.path === '' || isWildcard(match.pattern)) return undefined;
  const own = withoutEndSlash(match.path);
  if (!`${baseUrl}/`.startsWith(`${own}/`)) return undefined;
  const mount = { path: own, pattern: joinPatterns(match.pattern, '/') };
  const inner = layer.handle?.stack;
  if (own === baseUrl || inner === undefined) return mount;
  const below = findMount(inner, pathBelow(path, own), baseUrl.slice(own.length));
  if (below === undefined) return undefined;
  return { path: own + below.path, pattern: joinPatterns(match.pattern, below.pattern) };
}

/** A pattern below a mount path. The mount path is `*` if its router does not keep it, or if it is a regular expression. */
export function joinPatterns(mount: unknown, pattern: unknown): string {
  const base = typeof mount === 'string' ? withoutEndSlash(mount) : '*';
  const rest = typeof pattern === 'string' ? pattern : String(pattern);
  return base + (rest === '/' && base !== '' ? '' : rest.replace(/^(?!\/)/, '/'));
}

/** The rest of a path below a mount. */
export function pathBelow(path: string, mountPath: string): string {
  const rest = path.slice(mountPath.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function withoutEndSlash(path: string): string {
  return path.replace(/\/+$/, '');
}
