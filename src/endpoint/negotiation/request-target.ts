import { rawRequest } from '../../common/http/raw-request.js';

export interface RequestTarget {
  /** As the client sent it, in a sub-application too. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The path and the query of a request. */
export function targetOf(request: unknown): RequestTarget {
  const raw = rawRequest(request) as { url?: string; originalUrl?: string } | undefined;
  const target = raw?.originalUrl ?? raw?.url ?? '';
  const end = target.indexOf('?');
  if (end < 0) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, end), query: new URLSearchParams(target.slice(end)) };
}

/** The last segment of a path, decoded. A slash at the end is not part of it. */
export function lastSegment(path: string): string {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  const segment = path.slice(path.lastIndexOf('/', end - 1) + 1, end);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
