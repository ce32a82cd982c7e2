import type { ServerResponse } from 'node:http';

/** A response as an adapter hands it on: Express gives Node's own, Fastify wraps it and must be told to let go. */
export type AdapterResponse = ServerResponse | { raw: ServerResponse; hijack(): void };

/** The part of a response of HTTP/2 that HTTP/1 does not have. */
interface Http2Response {
  readonly stream?: { readonly aborted: boolean; readonly destroyed: boolean; readonly rstCode?: number };
}

/** Node's own response, to look at. */
export function rawOf(response: AdapterResponse): ServerResponse {
  return 'hijack' in response ? response.raw : response;
}

/** Node's own response. The adapter does no more with it from here on. */
export function takeRaw(response: AdapterResponse): ServerResponse {
  if ('hijack' in response) response.hijack();
  return rawOf(response);
}

/** Whether somebody has begun to answer. */
export function isAnswered(response: AdapterResponse): boolean {
  return rawOf(response).headersSent;
}

/**
 * Whether a response has been closed: its client has left, or has been sent all of it. `'close'` is emitted only once,
 * so whoever waits for it asks this first.
 */
export function isClosed(raw: ServerResponse): boolean {
  const { stream } = raw as Http2Response;
  if (stream !== undefined) return stream.destroyed;
  // A response that waits behind another one of its connection has no socket, and is not told when that closes.
  const { socket } = (raw.req as Partial<typeof raw.req> | undefined) ?? {};
  return raw.closed || raw.destroyed || socket?.destroyed === true;
}

/** Whether a response that emits `'finish'` was sent. Over HTTP/2 it does so too where the client has left. */
export function wasReset(raw: ServerResponse): boolean {
  const { stream } = raw as Http2Response;
  return stream !== undefined && (stream.aborted || (stream.rstCode ?? 0) !== 0);
}

/** Sets the headers that every answer of the monitor has. */
export function setAnswerHeaders(raw: ServerResponse, status: number, type: string): void {
  raw.statusCode = status;
  raw.setHeader('Content-Type', type);
  raw.setHeader('Cache-Control', 'no-store');
  raw.setHeader('X-Content-Type-Options', 'nosniff');
  raw.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  // Added, for the application may vary its answers by something of its own.
  raw.appendHeader('Vary', 'Accept, Accept-Encoding');
}

/** Answers with a short plain text, past the adapter and all that would wrap or translate the answer. */
export function answerText(response: AdapterResponse, status: number, text: string): void {
  const raw = takeRaw(response);
  setAnswerHeaders(raw, status, 'text/plain; charset=utf-8');
  raw.end(text);
}
