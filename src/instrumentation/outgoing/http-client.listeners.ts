import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Listeners } from './channels.js';
import { errorKind } from './error-kind.js';
import type { OutgoingCall } from './outgoing-call.js';
import { RequestTargets } from './request-target.js';

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

/** Number of `close` listeners from which each further application raises the limit above which Node warns. */
const MANY_LISTENERS = 5;

/**
 * Measures the requests of `node:http` and `node:https`, which axios, got, supertest and many others are built on.
 *
 * Node emits `close` once for each request: after the response has been read, after an error, or after `destroy()`. So a request
 * is counted then.
 */
export function httpClientListeners(begin: BeginCall): Listeners {
  // A WeakMap would cost 2 µs for each request, in garbage collections.
  const CALL = Symbol('monitor.call');
  const targets = new RequestTargets();
  interface Measured extends ClientRequest {
    /** `null` for a request that is not measured. */
    [CALL]?: OutgoingCall | null;
  }

  // The same functions for all requests, which is cheaper than a closure for each, and than once().
  function onTimeout(this: Measured): void {
    // Node does not destroy a request that times out. The application does, often without an error.
    this[CALL]?.fail('timeout');
  }

  function onClose(this: Measured): void {
    const call = this[CALL];
    if (call !== undefined && call !== null) end(this, call);
  }

  const onBegin = ({ request }: { readonly request: Measured }): void => {
    if (request[CALL] !== undefined) return;
    const call = begin(request.protocol, targets.authorityOf(request), request.method) ?? null;
    request[CALL] = call;
    if (call === null) return;
    if (request.listenerCount('close') >= MANY_LISTENERS) allowOneMore(request);
    request.on('timeout', onTimeout);
    request.on('close', onClose);
    // On Node 20, it may have been closed before its body was written.
    if (request.closed) end(request, call);
  };

  return {
    // Node 22 and later. In earlier versions, the measurement begins when the body has been written.
    'http.client.request.created': onBegin,
    'http.client.request.start': onBegin,
    'http.client.response.finish': (message: ResponseMessage<Measured>) => {
      const { request, response } = message;
      // On Node 20, a response may arrive before the body of the request has been written.
      if (!request.writableEnded) onBegin(message);
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

/** Node warns of more than ten listeners. A process with many applications, as in tests, would have more. */
function allowOneMore(request: ClientRequest): void {
  const max = request.getMaxListeners();
  // 0 means no limit.
  if (max > 0) request.setMaxListeners(max + 1);
}

function end(request: ClientRequest, call: OutgoingCall): void {
  // Not documented, but present in every version. It is needed since not all responses are published.
  const { res } = request as ClientRequest & { readonly res?: IncomingMessage | null };
  if (res?.statusCode === undefined) return call.end(false);
  call.respond(res.statusCode);
  // After an upgrade or CONNECT, the connection belongs to the application. Node marks such a response as complete too, but without
  // this line, V8 on Node 20 runs this code unoptimized, which takes 38,000 instructions more for a request.
  const isUpgrade = res.statusCode === 101 || request.method === 'CONNECT';
  if (!res.complete && hasOtherSideEnded(request)) call.fail('reset');
  call.end(res.complete || isUpgrade);
}

/** Whether the connection was ended by the other side, and not by the application. Node publishes no error for either. */
function hasOtherSideEnded({ socket }: ClientRequest): boolean {
  return socket !== null && (socket.readableEnded || socket.errored !== null);
}
