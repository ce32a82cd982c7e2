import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response is a stream if its body is still being sent this number of seconds after its head. */
const LONG = 30;

/** Content types that never end by themselves: server-sent events, motion JPEG, gRPC. */
const ENDLESS = /^\s*(?:text\/event-stream|multipart\/x-mixed-replace|application\/grpc)/i;

/** Fastify keeps the headers of a reply itself until it sends them. */
interface FastifyReply {
  getHeader?: (name: string) => unknown;
}

/** The part of an `Http2ServerResponse` that is used here. */
interface Http2Response {
  readonly stream?: { readonly sentHeaders?: Readonly<Record<string, unknown>> };
}

/** A request and its response, as far as they are needed to recognize a stream. */
export interface Streamed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The response as the adapter wraps it, such as Fastify's reply. */
  readonly wrappedResponse: unknown;
}

/**
 * Whether a response whose head was sent is a stream: its duration shows how long its client listened, and not how fast the
 * application is. That is a response of a type that never ends, or one of unknown length that is being sent for 30 s or more.
 *
 * @param seconds since the request arrived.
 */
export function isStream(streamed: Streamed, seconds: number): boolean {
  const { request, response } = streamed;
  // Nearly all responses are sent over HTTP/1.1, and have a length or no body.
  if (!response.chunkedEncoding && request.httpVersionMajor === 1 && request.httpVersionMinor === 1)
    return false;
  if (!response.headersSent) return false;
  if (ENDLESS.test(String(contentTypeOf(streamed)))) return true;
  // Over HTTP/1.0 and HTTP/2, a response that has a length gets here too.
  if (seconds < LONG || sentHeader(response, 'content-length') !== undefined) return false;
  // A slow handler is not a stream: only the time since the head was sent counts.
  return Date.now() - Date.parse(String(sentHeader(response, 'date'))) >= LONG * 1000;
}

function contentTypeOf({ response, wrappedResponse }: Streamed): unknown {
  const reply = wrappedResponse as FastifyReply | undefined;
  return (
    (typeof reply?.getHeader === 'function' ? reply.getHeader('content-type') : undefined) ??
    response.getHeader('content-type') ??
    sentHeader(response, 'content-type')
  );
}

/** A header as it was sent. Headers passed to `writeHead()`, and `Date`, are not available elsewhere. */
function sentHeader(response: ServerResponse, name: string): unknown {
  const sent = (response as Http2Response).stream?.sentHeaders;
  if (sent !== undefined) return sent[name];
  const { _header: head } = response as { _header?: unknown };
  if (typeof head !== 'string') return undefined;
  return new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1];
}
