import { rawRequest } from '../../common/http/raw-request.js';

export interface RequestTarget {
  /** As the client sent it, in a sub-application too. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The path and the query that a client asked for. */
export function targetOf(request: unknown): RequestTarget {
  const raw = rawRequest(request) as { url?: string; originalUrl?: string } | undefined;
  const [path = '', query] = (raw?.originalUrl ?? raw?.url ?? '').split('?', 2);
  return { path, query: new URLSearchParams(query) };
}
