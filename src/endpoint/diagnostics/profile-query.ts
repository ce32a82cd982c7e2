import { DEFAULT_SECONDS, MAX_SECONDS } from '../../diagnostics/profiles/profile-request.js';
import type { ProfileFormat, TableOptions } from '../../diagnostics/profiles/profile-format.js';
import { V8_FORMAT } from '../../diagnostics/profiles/profile-format.js';
import type { ProfileKind } from '../../diagnostics/profiles/profiler.js';
import { qualities } from '../negotiation/accept.js';
import type { PartHeaders } from '../parts/part.js';
import { BAD_PARAMETER, UNKNOWN_PARAMETER } from './diagnostics.endpoint.messages.js';

/** The query of a request for a profile. */
export interface ProfileQuery {
  readonly seconds: number;
  readonly format: ProfileFormat;
  readonly table: TableOptions;
  /** Seconds between two profiles; `undefined` for one profile. */
  readonly pause: number | undefined;
}

/** A parameter of a request is unknown or invalid. The message is the answer. */
export class BadQueryError extends Error {
  override readonly name = 'BadQueryError';
}

/** The headers that determine the format. */
type ClientHeaders = Pick<PartHeaders, 'accept' | 'user-agent'>;

const PARAMETERS = ['seconds', 'format', 'sort', 'top', 'repeat'];

const [MAX_TOP, MAX_PAUSE] = [1000, 86_400];

/**
 * @param headers determine the format if the query does not.
 * @throws BadQueryError with what is allowed.
 */
export function profileQuery(
  kind: ProfileKind,
  query: URLSearchParams,
  headers: ClientHeaders = {},
): ProfileQuery {
  for (const name of query.keys()) {
    if (!PARAMETERS.includes(name)) throw new BadQueryError(UNKNOWN_PARAMETER(name, PARAMETERS));
  }
  const sort = query.get('sort') ?? 'self';
  if (sort !== 'self' && sort !== 'total') throw new BadQueryError(BAD_PARAMETER('sort', 'self or total'));
  return {
    seconds: numberIn(query, 'seconds', 0.1, MAX_SECONDS) ?? DEFAULT_SECONDS[kind],
    format: formatOf(kind, query.get('format'), headers),
    table: { sort, top: Math.floor(numberIn(query, 'top', 1, MAX_TOP) ?? 30) },
    pause: numberIn(query, 'repeat', 1, MAX_PAUSE),
  };
}

function numberIn(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= min && value <= max) return value;
  throw new BadQueryError(BAD_PARAMETER(name, `a number from ${min} to ${max}`));
}

function formatOf(kind: ProfileKind, name: string | null, headers: ClientHeaders): ProfileFormat {
  const formats: Record<string, ProfileFormat> = { table: 'table', [V8_FORMAT[kind]]: 'v8', pprof: 'pprof' };
  if (name === null) return acceptedFormat(headers);
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format !== undefined) return format;
  throw new BadQueryError(BAD_PARAMETER('format', Object.keys(formats).join(', ')));
}

function acceptedFormat({ accept, 'user-agent': userAgent = '' }: ClientHeaders): ProfileFormat {
  // `go tool pprof` sends no Accept header, only the User-Agent of Go's HTTP client, and reads nothing but pprof.
  if (accept === undefined) return userAgent.startsWith('Go-http-client/') ? 'pprof' : 'table';
  const text = qualityOf(accept, ['text/plain']);
  const json = qualityOf(accept, ['application/json']);
  const pprof = qualityOf(accept, PPROF_TYPES);
  if (pprof > 0 && pprof >= Math.max(text, json)) return 'pprof';
  return json > 0 && json >= text ? 'v8' : 'table';
}

const PPROF_TYPES = ['application/octet-stream', 'application/x-protobuf', 'application/vnd.google.protobuf'];

/** The highest quality of the types that the header names. A client that accepts everything, such as a browser, gets a table. */
function qualityOf(accept: string, types: readonly string[]): number {
  const offers = types.filter((type) => accept.toLowerCase().includes(type)).map((type) => ({ type }));
  return Math.max(0, ...qualities(accept, offers));
}
