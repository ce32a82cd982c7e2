import type { ServerResponse } from 'node:http';

/** The response of an adapter: Express passes Node's own, Fastify wraps it and sends an answer unless `hijack()` is called. */
export type AdapterResponse = ServerResponse | { raw: ServerResponse; hijack(): void };

/** What a response of HTTP/2 has in addition. */
interface Http2Response {
  readonly stream?: { readonly aborted: boolean; readonly destroyed: boolean; readonly rstCode?: number };
}

/** Node's response, for reading its state. */
export function rawOf(response: AdapterResponse): ServerResponse {
  return 'hijack' in response ? response.raw : response;
}

/** Node's response, for answering: the adapter does nothing more with it. */
export function takeRaw(response: AdapterResponse): ServerResponse {
  if ('hijack' in response) response.hijack();
  return rawOf(response);
}

export function isHttp2(raw: ServerResponse): boolean {
  return 'stream' in raw;
}

/** Whether an answer has been started. */
export function isAnswered(response: AdapterResponse): boolean {
  return rawOf(response).headersSent;
}

/**
 * Whether a response has been closed: it was sent, or its client has disconnected. `'close'` is emitted only once, so check
 * this before waiting for it.
 */
export function isClosed(raw: ServerResponse): boolean {
  const { stream } = raw as Http2Response;
  if (stream !== undefined) return stream.destroyed;
  // A pipelined response that waits for an earlier one has no socket yet, and emits nothing when the connection closes.
  const { socket } = (raw.req as Partial<typeof raw.req> | undefined) ?? {};
  return raw.closed || raw.destroyed || socket?.destroyed === true;
}

/** Whether the stream was reset. A response of HTTP/2 emits `'finish'` even if its client has disconnected. */
export function wasReset(raw: ServerResponse): boolean {
  const { stream } = raw as Http2Response;
  return stream !== undefined && (stream.aborted || (stream.rstCode ?? 0) !== 0);
}

/** Sets the headers of every answer of the monitor. */
export function setAnswerHeaders(raw: ServerResponse, status: number, type: string): void {
  raw.statusCode = status;
  raw.setHeader('Content-Type', type);
  raw.setHeader('Cache-Control', 'no-store');
  raw.setHeader('X-Content-Type-Options', 'nosniff');
  raw.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  // Appended, since the application may have set a `Vary` of its own.
  raw.appendHeader('Vary', 'Accept, Accept-Encoding');
}

/** Answers with a short plain text, bypassing interceptors and filters that would change it. */
export function answerText(response: AdapterResponse, status: number, text: string): void {
  const raw = takeRaw(response);
  setAnswerHeaders(raw, status, 'text/plain; charset=utf-8');
  raw.end(text);
}
