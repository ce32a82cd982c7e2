import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import type { InFlight, InFlightSource } from '../../common/in-flight.js';
import { ActiveTraces } from '../../common/http/sampled-trace.js';
import { isEndpointRequest } from '../../common/http/own-endpoint.js';
import { BodySizes } from './body-sizes.js';
import type { HttpMetrics, RequestEnd } from './http-metrics.js';
import { OpenRequests } from './open-requests.js';
import type { RequestCounter } from './request-counter.js';
import { isStream } from './response-stream.js';
import { isPreflight, methodLabel, PREFLIGHT, UNMATCHED } from './route.js';
import { PipelinedRequests } from './server/pipelined-requests.js';
import { TrackedRequest } from './tracked-request.js';

/** A property of the response costs a tenth of what a WeakMap costs. */
type Marked = ServerResponse & Record<symbol, TrackedRequest | undefined>;

/** `upgrade` is set by Node, and true only where there is a listener for upgrades. */
interface Upgradable {
  readonly upgrade?: boolean | null;
}

/** See `FrameworkIntegration.routeOf`. */
type RouteOf = (tracked: TrackedRequest, status: number | undefined) => string | undefined;

/** Called when a request was answered with 401 or 403. */
export type OnRefused = (request: IncomingMessage, route: string, status: 401 | 403) => void;

/**
 * Tracks each request from arrival to completion, whatever the outcome, and hands it to the metrics.
 *
 * A request may be seen in several places, so the first one marks its response. It ends when the response is closed, sent or
 * not.
 */
export class RequestTracker {
  /** One for each tracker, so that the monitors of two applications behind one server both count. */
  private readonly mark = Symbol('monitor.tracked');
  private readonly pipelined = new PipelinedRequests((tracked) => this.end(tracked));
  private readonly traces = new ActiveTraces();
  private readonly open = new OpenRequests();
  private readonly upgraded = new WeakSet<IncomingMessage>();
  private readonly inFlight: InFlightSource<TrackedRequest> | undefined;
  private isStopped = false;

  constructor(
    private readonly counter: RequestCounter,
    private readonly metrics: HttpMetrics,
    private readonly routeOf: RouteOf,
    private readonly onRefused?: OnRefused,
    inFlight?: InFlight,
    private readonly clock: Clock = realClock,
  ) {
    metrics.countStreams(() => {
      if (!metrics.includesOwn) this.leaveOutOwn();
      return this.open.countStreams(this.clock(), metrics.includesOwn);
    });
    this.inFlight = inFlight?.source((tracked: TrackedRequest) => ({
      kind: 'http',
      name: `${methodLabel(tracked.request.method)} ${this.routeLabelOf(tracked, statusSoFar(tracked))}`,
    }));
  }

  /** Requests that arrive from now on are not counted. */
  stop(): void {
    this.isStopped = true;
  }

  /**
   * Counts a request and tracks it, unless it is tracked already.
   *
   * @returns `undefined` for an upgrade, and once the tracker is stopped.
   */
  track(request: IncomingMessage, response: ServerResponse): TrackedRequest | undefined {
    return (response as Marked)[this.mark] ?? this.begin(request, response);
  }

  /**
   * Counts an upgrade once. It is not tracked: a library may send the handshake of a WebSocket through the framework with a
   * response of its own, which is closed when the WebSocket is, and the request is not in flight all that time.
   */
  countUpgrade(request: IncomingMessage): undefined {
    if (this.isStopped || this.upgraded.has(request)) return;
    this.upgraded.add(request);
    this.counter.count(request);
  }

  /** Counts a request that Node answered with 503 by itself. */
  countDropped(request: IncomingMessage): void {
    this.counter.count(request);
    this.metrics.begin();
    this.metrics.leave();
    const { method } = request;
    const ended: RequestEnd = { ...NOT_SEEN, method, route: UNMATCHED, status: 503 };
    this.metrics.end(ended, { observedRequest: request, observedResponse: undefined });
  }

  private begin(request: IncomingMessage, response: ServerResponse): TrackedRequest | undefined {
    if (this.isStopped) return undefined;
    if ((request as Upgradable).upgrade === true) return this.countUpgrade(request);
    const tracked = new TrackedRequest(request, response, this.clock());
    tracked.activeTrace = this.traces.current();
    (response as Marked)[this.mark] = tracked;
    this.counter.count(request);
    this.metrics.begin();
    tracked.active = this.metrics.active.begin(request);
    this.open.add(tracked);
    if (this.metrics.measuresSizes) tracked.sizes = new BodySizes(request, response);
    this.inFlight?.begin(tracked, tracked.start);
    tracked.onClose(() => this.end(tracked));
    if (!(response.socket instanceof Socket)) this.awaitOtherEnds(tracked);
    // A response that is queued behind another one is not closed with its connection.
    const { socket } = request as Partial<IncomingMessage>;
    if (response.closed || (tracked.isPipelined && socket?.destroyed === true)) this.endSoon(tracked);
    return tracked;
  }

  /** For a response that has no connection yet, or that Node did not create. */
  private awaitOtherEnds(tracked: TrackedRequest): void {
    const { response } = tracked;
    // A library that injects requests creates a response that finishes and may never be closed.
    response.on('finish', () => {
      tracked.hasFinished = true;
      this.end(tracked);
    });
    // Over HTTP/1, only a response that is queued behind another has no socket.
    if (response.socket !== null) return;
    tracked.isPipelined = true;
    this.pipelined.add(tracked);
  }

  /** For a request that an outer application passed on after its client had disconnected. */
  private endSoon(tracked: TrackedRequest): void {
    tracked.hadClientLeft = true;
    // The framework has not found its route yet.
    process.nextTick(() => this.end(tracked));
  }

  private end(tracked: TrackedRequest): void {
    if (tracked.hasEnded) return;
    tracked.hasEnded = true;
    this.open.remove(tracked);
    if (tracked.isPipelined) this.pipelined.remove(tracked);
    const { isComplete, request, sizes } = tracked;
    const status = tracked.status(isComplete);
    const route = this.routeLabelOf(tracked, status);
    const now = this.clock();
    this.inFlight?.end(tracked, now);
    this.leaveFlight(tracked);
    const seconds = (now - tracked.start) / 1000;
    const ended: RequestEnd = {
      method: request.method,
      route,
      status,
      isComplete,
      seconds,
      isStream: isStream(tracked, seconds),
      isOwn: isEndpointRequest(request),
      sizes,
      trace: tracked.trace,
    };
    this.metrics.end(ended, tracked);
    if (status === 401 || status === 403) this.onRefused?.(request, route, status);
  }

  /** Requests that have reached the monitor's own endpoint, such as the event stream of an open page, are not those of the application. */
  private leaveOutOwn(): void {
    for (const tracked of this.open) {
      if (!isEndpointRequest(tracked.request)) continue;
      this.leaveFlight(tracked);
      tracked.isLeftOut = true;
    }
  }

  private leaveFlight(tracked: TrackedRequest): void {
    if (tracked.isLeftOut) return;
    tracked.active?.end();
    this.metrics.leave();
  }

  private routeLabelOf(tracked: TrackedRequest, status: number | undefined): string {
    try {
      const route = this.routeOf(tracked, status);
      if (route !== undefined) return route;
      return status !== 404 && isPreflight(tracked.request) ? PREFLIGHT : UNMATCHED;
    } catch {
      // The application can overwrite the properties that a router sets on a request.
      return UNMATCHED;
    }
  }
}

/** The values of a request that did not reach the framework. */
const NOT_SEEN = {
  isComplete: true,
  seconds: 0,
  isStream: false,
  isOwn: false,
  sizes: undefined,
  trace: undefined,
} as const;

/** The status, as soon as it is final. */
function statusSoFar({ response }: TrackedRequest): number | undefined {
  return response.headersSent ? response.statusCode : undefined;
}
