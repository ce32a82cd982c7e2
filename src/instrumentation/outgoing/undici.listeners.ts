import type { Listeners } from './channels.js';
import { errorKind } from './error-kind.js';
import type { BeginCall } from './http-client.listeners.js';
import type { OutgoingCall } from './outgoing-call.js';

/** The used part of undici's `Request`. */
interface UndiciRequest {
  readonly origin?: string | URL;
  readonly method?: string;
  readonly upgrade?: unknown;
}

interface ResponseMessage<R> {
  readonly request: R;
  readonly response: { readonly statusCode: number };
}

interface ErrorMessage<R> {
  readonly request: R;
  readonly error: unknown;
}

/** Measures `fetch()` and the requests of undici, both of Node's own copy and of an installed one. */
export function undiciListeners(begin: BeginCall): Listeners {
  // As in `httpClientListeners()`.
  const CALL = Symbol('monitor.call');
  interface Measured extends UndiciRequest {
    [CALL]?: OutgoingCall | undefined;
  }

  return {
    'undici:request:create': ({ request }: { readonly request: Measured }) => {
      // A WebSocket or a tunnel: undici does not publish when it ends.
      if (Boolean(request.upgrade) || request.method === 'CONNECT') return;
      request[CALL] = begin('', String(request.origin), request.method);
    },
    'undici:request:headers': ({ request, response }: ResponseMessage<Measured>) => {
      // An interim response, such as 103, comes before the response.
      if (response.statusCode >= 200) request[CALL]?.respond(response.statusCode);
    },
    'undici:request:trailers': ({ request }: { readonly request: Measured }) => request[CALL]?.end(true),
    'undici:request:error': ({ request, error }: ErrorMessage<Measured>) => {
      request[CALL]?.fail(errorKind(error));
      request[CALL]?.end(false);
    },
  };
}
