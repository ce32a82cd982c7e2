/** A route as Fastify announces it. */
export interface AnnouncedRoute {
  readonly method: string | readonly string[];
  readonly url: string;
}

interface KnownRoute {
  readonly url: string;
  readonly matches: RegExp;
  /** Routes without a parameter come first, and those with a wildcard last, as in Fastify's own router. */
  readonly rank: number;
}

/** One piece of a route: an escaped colon, a parameter with or without an expression of its own, a wildcard. */
const PIECES = /::|:([^/:*(.-]+)(\((?:[^()\\]|\\.|\([^()]*\))*\))?|\*/g;

/**
 * Finds the route that a request would have come to. It is for the few requests that Fastify does not tell it of: those that
 * a middleware answers, which run ahead of every hook that is added once there are providers.
 */
export class FastifyRoutes {
  private readonly byMethod = new Map<string, KnownRoute[]>();

  add({ method, url }: AnnouncedRoute): void {
    // The last parameter may be optional: then the router has a route with it, and one without it.
    const [, base, parameter] = /^(.*?)(\/?:[^/]*)\?$/.exec(url) ?? [];
    const patterns = base === undefined ? [url] : [base || '/', base + parameter];
    for (const pattern of patterns) {
      const route = knownRoute(url, pattern);
      if (route !== undefined) [method].flat().forEach((name) => this.insert(name, route));
    }
  }

  /** @returns `undefined` for a path that no route takes, or that cannot be decoded. */
  find(method: string, path: string): string | undefined {
    try {
      const decoded = decodeURI(path);
      return this.byMethod.get(method)?.find(({ matches }) => matches.test(decoded))?.url;
    } catch {
      return undefined;
    }
  }

  private insert(method: string, route: KnownRoute): void {
    const routes = this.byMethod.get(method) ?? [];
    const place = routes.findIndex(({ rank }) => rank > route.rank);
    routes.splice(place < 0 ? routes.length : place, 0, route);
    this.byMethod.set(method, routes);
  }
}

function knownRoute(url: string, pattern: string): KnownRoute | undefined {
  const source: string[] = [];
  let end = 0;
  let rank = 0;
  for (const piece of pattern.matchAll(PIECES)) {
    const [text, name, expression] = piece;
    source.push(escape(pattern.slice(end, piece.index)));
    end = piece.index + text.length;
    if (text === '::') source.push(':');
    else if (name === undefined) source.push('.*');
    else source.push(parameter(expression));
    if (text === '*') rank += 100;
    else if (name !== undefined) rank += 1;
  }
  source.push(escape(pattern.slice(end)));
  try {
    // One slash more or less at the end does not matter here.
    return { url, matches: new RegExp(`^${source.join('')}/?$`), rank };
  } catch {
    // An expression that Fastify reads and we do not.
    return undefined;
  }
}

/** What a parameter takes: what its own expression does, which needs no anchors here, or anything within a segment. */
function parameter(expression: string | undefined): string {
  return expression?.replace(/^\(\^?/, '(?:').replace(/\$?\)$/, ')') ?? '(?:[^/]+?)';
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
