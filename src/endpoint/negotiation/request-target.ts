import { rawRequest } from '../../common/http/raw-request.js';

export interface RequestTarget {
  /** As the client sent it, in a sub-application too. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The path and the query of a request. */
export function targetOf(request: unknown): RequestTarget {
  const raw = rawRequest(request) as { url?: string; originalUrl?: string } | undefined;
  const [path = '', query] = (raw?.originalUrl ?? raw?.url ?? '').split('?', 2);
  return { path, query: new URLSearchParams(query) };
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
