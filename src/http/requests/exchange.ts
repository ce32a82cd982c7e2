import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ObservedRequest, ObservedResponse } from './http.options.js';

/** A request and its answer, from the first that was seen of it to the end. */
export class Exchange {
  /** What Fastify wrapped the two in, if they got that far. */
  wrappedRequest: ObservedRequest | undefined;
  wrappedResponse: ObservedResponse | undefined;
  /** On Express, the route that had the request last when it got past all of them; `null` for none. */
  passedRoute: unknown;
  /** Whether it waited behind another on its connection when it began. */
  isPipelined = false;
  hasEnded = false;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** When it was first seen, in milliseconds. */
    readonly start: number,
  ) {}

  /** The status that the client was sent; `undefined` if it was sent none before it went, or was cut off. */
  get status(): number | undefined {
    return this.response.headersSent ? this.response.statusCode : undefined;
  }

  /** Whether all of the answer was handed on to the socket. For a response that has been closed. */
  get isComplete(): boolean {
    const { request, response } = this;
    // HTTP/2 says "finished" of a stream that was reset, too.
    if (request.httpVersionMajor === 2) return isStreamComplete(response as unknown as Http2Response);
    // A response to inject() (of light-my-request) never writes anything to a socket.
    return response.writableFinished || ('isLightMyRequest' in response && response.writableEnded);
  }
}

/** What is asked of an `Http2ServerResponse`. */
interface Http2Response {
  readonly stream: { readonly rstCode: number | undefined; readonly aborted: boolean } | undefined;
}

function isStreamComplete({ stream }: Http2Response): boolean {
  return stream !== undefined && !stream.aborted && !stream.rstCode;
}
