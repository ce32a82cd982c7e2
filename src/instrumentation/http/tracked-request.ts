import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { SampledTrace } from '../../common/http/sampled-trace.js';
import { traceIn } from '../../common/http/sampled-trace.js';
import type { ActiveSeries } from './active-requests.js';
import type { BodySizes } from './body-sizes.js';
import type { ObservedRequest, ObservedResponse } from './http.options.js';

/** A request and its response, from arrival to completion. */
export class TrackedRequest {
  /** The request and the response as Fastify or an unknown adapter has them; `undefined` if they did not get that far. */
  wrappedRequest: ObservedRequest | undefined;
  wrappedResponse: ObservedResponse | undefined;
  /** On Express, `request.route` when the request had passed every route; `null` for none, `undefined` if it did not. */
  passedRoute: unknown;
  /** Whether it was queued behind another request on its connection when it arrived. */
  isPipelined = false;
  hasEnded = false;
  /** Whether it is not counted as in flight, because it is one to the monitor's own endpoint. */
  isLeftOut = false;
  /** Whether its client had disconnected before it arrived, so that no answer can be delivered. */
  hadClientLeft = false;
  /** For a response that Node did not create: it emits `'finish'` and may never be closed. */
  hasFinished = false;
  /** The trace of the span that was active when it arrived; `null` if that is not sampled. */
  activeTrace: SampledTrace | null | undefined;
  /** The series in which it counts while it is in flight. */
  active: ActiveSeries | undefined;
  /** Its neighbours in `OpenRequests`. */
  older: TrackedRequest | undefined;
  newer: TrackedRequest | undefined;
  /** Set with the option `http.bodySizes`. */
  sizes: BodySizes | undefined;
  private readonly isHttp2: boolean;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** When it arrived, in milliseconds. */
    readonly start: number,
  ) {
    this.isHttp2 = request.httpVersionMajor === 2;
  }

  /** Calls a function when the response is closed, which may be more than once. */
  onClose(listener: () => void): void {
    const { request, response } = this;
    response.on('close', listener);
    // Over HTTP/2, Node does not close a response to HEAD that nobody has ended, not even when its stream is closed.
    if (this.isHttp2 && request.method === 'HEAD') {
      (response as unknown as Http2Response).stream?.on('close', listener);
    }
  }

  /** The request that handlers get as `@Req()`, or else Node's own. */
  get observedRequest(): ObservedRequest {
    return this.wrappedRequest ?? this.request;
  }

  /** The response that handlers get as `@Res()`, or else Node's own. */
  get observedResponse(): ObservedResponse {
    return this.wrappedResponse ?? this.response;
  }

  /** The sampled trace that it is part of: from the active span, or else from its `traceparent`. */
  get trace(): SampledTrace | undefined {
    if (this.activeTrace !== undefined) return this.activeTrace ?? undefined;
    // A request that a library injects may have no headers.
    const { traceparent } = (this.request as Partial<IncomingMessage>).headers ?? {};
    return traceparent === undefined ? undefined : traceIn(traceparent);
  }

  /**
   * The status that the client was sent; `undefined` if it was sent none before it disconnected or was cut off.
   *
   * @param isComplete the value of {@link isComplete}.
   */
  status(isComplete: boolean): number | undefined {
    const { response } = this;
    if (!isComplete && (this.hadClientLeft || this.isHeadUnsent || this.isAnswerLost)) return undefined;
    if (this.isHttp2) return http2StatusOf(response as unknown as Http2Response);
    // A handler may set statusCode after the head was sent. Node keeps the message that it sent, which then does not fit.
    const { statusCode } = response;
    if (response.statusMessage === STATUS_CODES[statusCode]) return statusCode;
    return sentStatusOf(response) ?? statusCode;
  }

  /** Whether the head was not handed to the socket: `headersSent` is true as soon as the head is complete. */
  private get isHeadUnsent(): boolean {
    const { response } = this;
    if (!response.headersSent) return true;
    // The responses before it on the connection were not complete.
    if (this.isPipelined && response.socket === null) return true;
    // Node sends the head with the first bytes of the body. A response of HTTP/2 does not have this property.
    return (response as { _headerSent?: boolean })._headerSent === false;
  }

  /**
   * Whether the answer was written after the connection had ended: a body parser fails when the client leaves before its
   * whole body has arrived, and the error response goes nowhere.
   */
  private get isAnswerLost(): boolean {
    return !this.request.complete && this.response.writableEnded;
  }

  /** Whether the whole response was handed to the socket. Valid once the response is closed. */
  get isComplete(): boolean {
    const { response } = this;
    if (this.hadClientLeft) return false;
    // HTTP/2 reports a stream that was reset as finished. `stream.aborted` is false for HEAD, even if nothing was sent.
    if (this.isHttp2) return response.headersSent && isStreamComplete(response as unknown as Http2Response);
    return response.writableFinished || this.hasFinished;
  }
}

/** The part of an `Http2ServerResponse` that is used here. */
interface Http2Response {
  readonly statusCode: number;
  readonly stream:
    | {
        readonly rstCode: number | undefined;
        readonly aborted: boolean;
        readonly writableFinished: boolean;
        readonly sentHeaders?: Readonly<Record<string, unknown>>;
        on(event: 'close', listener: () => void): unknown;
      }
    | undefined;
}

function http2StatusOf({ statusCode, stream }: Http2Response): number {
  const sent = stream?.sentHeaders?.[':status'];
  return typeof sent === 'number' ? sent : statusCode;
}

/** The status in the response head as Node wrote it; `undefined` if it cannot be read. */
function sentStatusOf(response: object): number | undefined {
  const { _header: head } = response as { _header?: unknown };
  const [, digits] = (typeof head === 'string' && /^HTTP\/1\.\d (\d{3}) /.exec(head)) || [];
  return digits === undefined ? undefined : Number(digits);
}

function isStreamComplete({ stream }: Http2Response): boolean {
  // A client may cancel with code 0 while the end of the body still waits.
  return stream !== undefined && !stream.aborted && !stream.rstCode && stream.writableFinished;
}
