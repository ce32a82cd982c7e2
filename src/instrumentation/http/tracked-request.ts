import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { ObservedRequest, ObservedResponse } from './http.options.js';

/**
 * A request and its answer, from the first that was seen of it to the end.
 *
 * What each request comes by compares its flags with `true`: V8 does that at once, where it takes ten instructions to find
 * out whether a property that is a boolean each time stands for true.
 */
export class TrackedRequest {
  /** What Fastify wrapped the two in, if they got that far. */
  wrappedRequest: ObservedRequest | undefined;
  wrappedResponse: ObservedResponse | undefined;
  /** On Express, the route that had the request last when it got past all of them; `null` for none. */
  passedRoute: unknown;
  /** Whether it waited behind another on its connection when it began. */
  isPipelined = false;
  hasEnded = false;
  /** For a response of another make than Node's, which is finished and may never be closed. */
  hasFinished = false;
  /** Whether Node put the response to a connection of its own, which it takes it from when all of it was handed on. */
  isConnected = false;
  /** Asked at the beginning: once Express has changed its prototype, each look at a request costs far more. */
  private readonly isHttp2: boolean;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** When it was first seen, in milliseconds. */
    readonly start: number,
  ) {
    this.isHttp2 = request.httpVersionMajor === 2;
  }

  /** The request as the handlers of the application get it. */
  get observedRequest(): ObservedRequest {
    return this.wrappedRequest ?? this.request;
  }

  /** The response likewise. */
  get observedResponse(): ObservedResponse {
    return this.wrappedResponse ?? this.response;
  }

  /**
   * The status that the client was sent; `undefined` if it was sent none before it went, or was cut off.
   *
   * @param isComplete what {@link isComplete} says.
   */
  status(isComplete: boolean): number | undefined {
    const { response } = this;
    if (isComplete !== true && (!response.headersSent || this.isAnswerLost)) return undefined;
    if (this.isHttp2 === true) return http2StatusOf(response as unknown as Http2Response);
    // Node keeps the text of what it has sent, whatever is written to `statusCode` later: an answer that came too late.
    const { statusCode } = this;
    if (this.statusMessage === STATUS_CODES[statusCode]) return statusCode;
    return sentStatusOf(response) ?? statusCode;
  }

  /**
   * Whether an answer that is not complete was made when the connection had ended: a body parser fails when the client goes
   * away before all of the body has come, and what is then answered to that is handed to nobody.
   */
  private get isAnswerLost(): boolean {
    return !this.request.complete && this.response.writableEnded;
  }

  /** Whether all of the answer was handed on to the socket. For a response that has been closed. */
  get isComplete(): boolean {
    const { response } = this;
    // HTTP/2 says "finished" of a stream that was reset, too.
    if (this.isHttp2 === true) return isStreamComplete(response as unknown as Http2Response);
    if (this.isConnected === true && this.isDetached) return true;
    return response.writableFinished || this.hasFinished;
  }

  get method(): string | undefined {
    return this.request.method;
  }

  protected get statusCode(): number {
    return this.response.statusCode;
  }

  protected get statusMessage(): string {
    return this.response.statusMessage;
  }

  /** One look, where `writableFinished` takes four. */
  protected get isDetached(): boolean {
    return this.response.socket === null;
  }
}

/** What is asked of an `Http2ServerResponse`. */
interface Http2Response {
  readonly statusCode: number;
  readonly stream:
    | {
        readonly rstCode: number | undefined;
        readonly aborted: boolean;
        readonly sentHeaders?: Readonly<Record<string, unknown>>;
      }
    | undefined;
}

function http2StatusOf({ statusCode, stream }: Http2Response): number {
  const sent = stream?.sentHeaders?.[':status'];
  return typeof sent === 'number' ? sent : statusCode;
}

/** The status in the head of the answer, as Node wrote it; `undefined` if it does not tell. */
function sentStatusOf(response: object): number | undefined {
  const { _header: head } = response as { _header?: unknown };
  const [, digits] = (typeof head === 'string' && /^HTTP\/1\.\d (\d{3}) /.exec(head)) || [];
  return digits === undefined ? undefined : Number(digits);
}

function isStreamComplete({ stream }: Http2Response): boolean {
  return stream !== undefined && !stream.aborted && !stream.rstCode;
}
