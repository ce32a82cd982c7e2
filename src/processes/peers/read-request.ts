import type { WindowOptions } from '../../metrics/source/metrics-source.js';
import { WireError } from '../wire/lines.js';

/** A request to another process. The id is unique on a connection. */
export type ReadRequest =
  | { readonly kind: 'now'; readonly id: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'window'; readonly id: number; readonly reader: string; readonly options: WindowOptions }
  | { readonly kind: 'giveBack'; readonly id: number }
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly parameters: unknown };

/** A read without its id. */
export type Read = { readonly kind: 'now' | 'ping' } | Omit<Extract<ReadRequest, { kind: 'window' }>, 'id'>;

const TAGS = { now: 'n', ping: 'p', giveBack: 'g' } as const;

export function requestLine(request: ReadRequest): readonly unknown[] {
  const { kind, id } = request;
  if (kind === 'window') return ['r', id, request.reader, request.options];
  if (kind === 'call') return ['c', id, request.method, request.parameters];
  return [TAGS[kind], id];
}

/** @throws WireError for anything that {@link requestLine} does not make. */
export function parseRequest([tag, id, third, fourth]: readonly unknown[]): ReadRequest {
  if (typeof id !== 'number') throw new WireError('no number of a request');
  if (tag === 'n') return { kind: 'now', id };
  if (tag === 'p') return { kind: 'ping', id };
  if (tag === 'g') return { kind: 'giveBack', id };
  if (tag === 'c' && typeof third === 'string')
    return { kind: 'call', id, method: third, parameters: fourth };
  if (tag === 'r' && typeof third === 'string' && typeof fourth === 'object' && fourth !== null) {
    const { isKept, isFresh, isQuick } = fourth as Record<string, unknown>;
    const options = { isKept: isKept === true, isFresh: isFresh === true, isQuick: isQuick === true };
    return { kind: 'window', id, reader: third, options };
  }
  throw new WireError('an unknown request');
}
