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

interface RequestMessage {
  readonly request: UndiciRequest;
}

/** Measures `fetch()` and the requests of undici, that of Node and one that is installed. */
export function undiciListeners(begin: BeginCall): Listeners {
  const calls = new WeakMap<UndiciRequest, OutgoingCall>();

  const end = (request: UndiciRequest, isComplete: boolean): void => {
    calls.get(request)?.end(isComplete);
    calls.delete(request);
  };

  return {
    'undici:request:create': ({ request }: RequestMessage) => {
      // A WebSocket or a tunnel: undici does not tell when it ends.
      if (Boolean(request.upgrade) || request.method === 'CONNECT') return;
      const call = begin(String(request.origin), request.method);
      if (call !== undefined) calls.set(request, call);
    },
    'undici:request:headers': ({
      request,
      response,
    }: RequestMessage & { readonly response: { readonly statusCode: number } }) => {
      // An interim response, such as 103, comes before the response.
      if (response.statusCode >= 200) calls.get(request)?.respond(response.statusCode);
    },
    'undici:request:trailers': ({ request }: RequestMessage) => end(request, true),
    'undici:request:error': ({ request, error }: RequestMessage & { readonly error: unknown }) => {
      calls.get(request)?.fail(errorKind(error));
      end(request, false);
    },
  };
}
