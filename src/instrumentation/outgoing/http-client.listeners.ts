import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Listeners } from './channels.js';
import { errorKind } from './error-kind.js';
import type { OutgoingCall } from './outgoing-call.js';

/**
 * Begins the measurement of a call; `undefined` for one that is not measured. Scheme and authority as in
 * `OutgoingMetrics.of()`.
 */
export type BeginCall = (scheme: string, authority: string, method: unknown) => OutgoingCall | undefined;

interface ResponseMessage<R> {
  readonly request: R;
  readonly response: IncomingMessage;
}

interface ErrorMessage<R> {
  readonly request: R;
  readonly error: unknown;
}

/** From so many listeners of a request on, each further application raises the limit of which Node warns. */
const MANY_LISTENERS = 5;

/**
 * Measures the requests of `node:http` and `node:https`, which axios, got, supertest and many others are built on.
 *
 * Node emits `close` once for each request: after the response has been read, after an error, and after `destroy()`. So that
 * is where a request is counted.
 */
export function httpClientListeners(begin: BeginCall): Listeners {
  // A WeakMap costs 2 µs for each request, in garbage collections.
  const CALL = Symbol('monitor.call');
  interface Measured extends ClientRequest {
    /** `null` for a request that is not measured. */
    [CALL]?: OutgoingCall | null;
  }

  // The same functions for all requests, which is cheaper than a closure for each, and than once().
  function onTimeout(this: Measured): void {
    // A request that times out is not destroyed by Node but by the application, often without an error.
    this[CALL]?.fail('timeout');
  }

  function onClose(this: Measured): void {
    const call = this[CALL];
    if (call !== undefined && call !== null) end(this, call);
  }

  const onBegin = ({ request }: { readonly request: Measured }): void => {
    if (request[CALL] !== undefined) return;
    const call = begin(request.protocol, authorityOf(request), request.method) ?? null;
    request[CALL] = call;
    if (call === null) return;
    if (request.listenerCount('close') >= MANY_LISTENERS) allowOneMore(request);
    request.on('timeout', onTimeout);
    request.on('close', onClose);
  };

  return {
    // Node 22 and later. Before, the measurement begins when the body has been written.
    'http.client.request.created': onBegin,
    'http.client.request.start': onBegin,
    'http.client.response.finish': ({ request, response }: ResponseMessage<Measured>) => {
      if (response.statusCode !== undefined) request[CALL]?.respond(response.statusCode);
    },
    'http.client.request.error': (message: ErrorMessage<Measured>) => {
      // On Node 20, a request may be destroyed before it has started.
      onBegin(message);
      const { request, error } = message;
      const kind = errorKind(error);
      // Node reports "socket hang up" for a request that the application has destroyed without a reason, too.
      request[CALL]?.fail(kind === 'reset' && request.destroyed ? 'aborted' : kind);
    },
  };
}

/** Node warns of more than ten, which a process with many applications, as in tests, would have. */
function allowOneMore(request: ClientRequest): void {
  const max = request.getMaxListeners();
  // 0 is no limit.
  if (max > 0) request.setMaxListeners(max + 1);
}

function end(request: ClientRequest, call: OutgoingCall): void {
  // Not documented, and there in every version: not all responses are published.
  const { res } = request as ClientRequest & { readonly res?: IncomingMessage | null };
  if (res?.statusCode === undefined) return call.end(false);
  call.respond(res.statusCode);
  // The connection is the application's from here on. Node marks such a response as complete, too; without this line, V8 on Node 20
  // runs this code unoptimized, which takes 38,000 instructions more for a request.
  const isUpgrade = res.statusCode === 101 || request.method === 'CONNECT';
  if (!res.complete && hasOtherSideEnded(request)) call.fail('reset');
  call.end(res.complete || isUpgrade);
}

/** Whether the connection was ended by the other side, and not by the application. Node publishes no error for either. */
function hasOtherSideEnded({ socket }: ClientRequest): boolean {
  return socket !== null && (socket.readableEnded || socket.errored !== null);
}

/** Host and port. */
function authorityOf(request: ClientRequest): string {
  // Node sets it to host and port, unless the application does. The port is nowhere else.
  const header = request.getHeader('host') ?? hostOfRawHeaders(request);
  return typeof header === 'string' && header !== '' ? header : request.host;
}

/** Headers that are given as an array are only in the text that is sent. */
function hostOfRawHeaders(request: ClientRequest): string | undefined {
  const { _header: head } = request as ClientRequest & { readonly _header?: unknown };
  return typeof head === 'string' ? /\r\nhost: *([^\r]*)/i.exec(head)?.[1] : undefined;
}
