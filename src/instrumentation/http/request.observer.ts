import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Clock } from '../../common/clock.js';
import { quickClock } from '../../common/clock.js';
import { TrackedRequest } from './tracked-request.js';
import type { FrameworkIntegration } from './framework-integration.js';
import { integrationFor } from './framework-integration.js';
import type { HttpMetrics } from './http-metrics.js';
import { PipelinedRequests } from './server/pipelined-requests.js';
import type { RequestCounter } from './request-counter.js';
import { RequestListener } from './server/request-listener.js';
import { ReshapedRequest } from './express/reshaped-request.js';
import { UNMATCHED } from './route.js';
import { UpgradeObserver } from './server/upgrade.observer.js';

/** A property costs a tenth of what a WeakMap would. */
type Marked = ServerResponse & Record<symbol, TrackedRequest | undefined>;

/** What Node leaves on a request. It is true only where somebody listens for upgrades. */
interface Upgradable {
  readonly upgrade?: boolean | null;
}

/**
 * Follows every request from its beginning to its end, whatever becomes of it. It looks on in two places, for either
 * alone misses some:
 *
 * - In the framework ({@link FrameworkIntegration}), ahead of the body parser: sees the requests of every listener, HTTP/2 and
 *   `inject()` included. Blind to the malformed URLs that Fastify's router turns away.
 * - At the server that Nest listens with: sees those, the handshakes of WebSockets, and the requests that Node
 *   answers for a connection that has had its fill of them, and only its own.
 *
 * Whoever sees a request first counts it, and marks its response. The end is the `'close'` of the response: every
 * response has one, sent or not.
 */
export class RequestObserver {
  /** A mark of our own, so that the monitors of two applications behind one server each count. */
  private readonly mark = Symbol('monitor.tracked');
  private readonly pipelined = new PipelinedRequests((tracked) => this.end(tracked));
  /** Shared by all responses of Node's own: one for each would be made for each request, and costs more. */
  private readonly onClose: (this: Marked) => void;
  private readonly onUpgrade = (request: IncomingMessage): void => this.countUpgrade(request);
  private readonly onDrop = (request: IncomingMessage): void => this.drop(request);
  private readonly upgraded = new WeakSet<IncomingMessage>();
  private integration: FrameworkIntegration | undefined;
  private server: Server | undefined;
  private requests: RequestListener | undefined;
  private upgrades: UpgradeObserver | undefined;
  private stopped = false;
  /** Stops waiting for an adapter. */
  private stopWaiting: () => void = () => {};

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly counter: RequestCounter,
    private readonly metrics: HttpMetrics,
    private readonly clock: Clock = quickClock,
  ) {
    const { mark } = this;
    const end = (tracked: TrackedRequest): void => this.end(tracked);
    this.onClose = function () {
      const tracked = this[mark];
      if (tracked !== undefined) end(tracked);
    };
    // With NestFactory the adapter is there by now; a TestingModule gets its one later. Either way it is before
    // the body parser is registered, so that this comes first.
    if (host.httpAdapter) {
      this.observeFramework();
    } else {
      const waiting = host.init$.subscribe(() => this.observeFramework());
      this.stopWaiting = () => waiting.unsubscribe();
    }
  }

  /** Whether it needs no help from an interceptor: a framework that is known hides no request from this. */
  get seesAll(): boolean {
    return this.integration?.seesAll === true;
  }

  onModuleInit(): void {
    // Nest has registered its routes by now, and not yet what answers when none of them has.
    this.integration?.onRoutesRegistered();
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    // An adapter of another make may have a server of another make. One that is closed already gets no listener.
    if (this.stopped || typeof server?.rawListeners !== 'function') return;
    this.requests = new RequestListener(server, (request, response) => this.begin(request, response));
    this.server = server.on('dropRequest', this.onDrop);
    this.upgrades = new UpgradeObserver(server, this.onUpgrade);
  }

  onApplicationBootstrap(): void {
    this.integration?.onApplicationReady();
  }

  /** In the last of all hooks: the application serves until then. */
  onApplicationShutdown(): void {
    this.stopWaiting();
    this.stopped = true;
    this.requests?.stop();
    this.server?.off('dropRequest', this.onDrop);
    this.upgrades?.stop();
    this.server = undefined;
  }

  /**
   * Counts a request, and follows it to its end, unless it was seen before.
   *
   * @returns `undefined` when the application has been closed, and for what is no request but an upgrade.
   */
  begin(request: IncomingMessage, response: ServerResponse): TrackedRequest | undefined {
    return (response as Marked)[this.mark] ?? this.follow(request, response);
  }

  private follow(request: IncomingMessage, response: ServerResponse): TrackedRequest | undefined {
    if (this.stopped === true) return undefined;
    if ((request as Upgradable).upgrade === true) return this.countUpgrade(request);
    const start = this.clock();
    const tracked =
      this.integration?.reshapes === true
        ? new ReshapedRequest(request, response, start)
        : new TrackedRequest(request, response, start);
    (response as Marked)[this.mark] = tracked;
    this.counter.count(request);
    this.metrics.begin();
    const isConnected = response.socket instanceof Socket;
    tracked.isConnected = isConnected;
    if (isConnected) response.on('close', this.onClose);
    else this.awaitEnd(tracked);
    // An application around this one may have held the request back until its client had gone.
    if (response.closed === true) process.nextTick(() => this.end(tracked));
    return tracked;
  }

  /** For a response that is not at its connection, or is not of Node's making. */
  private awaitEnd(tracked: TrackedRequest): void {
    const { response } = tracked;
    response.on('close', () => this.end(tracked));
    // What a library makes up, to answer where there is no server of Node's, is finished and may never be closed.
    response.on('finish', () => this.finish(tracked));
    // Over HTTP/1, only a response that waits for another has no socket yet.
    if (response.socket !== null) return;
    tracked.isPipelined = true;
    this.pipelined.add(tracked);
  }

  /**
   * A library may send the handshake of a WebSocket through the framework, with a response of its own making, which is
   * closed when the WebSocket is. It counts once, and is not in flight all that time.
   */
  private countUpgrade(request: IncomingMessage): undefined {
    if (this.stopped || this.upgraded.has(request)) return;
    this.upgraded.add(request);
    this.counter.count(request);
  }

  private finish(tracked: TrackedRequest): void {
    tracked.hasFinished = true;
    this.end(tracked);
  }

  private end(tracked: TrackedRequest): void {
    if (tracked.hasEnded === true) return;
    tracked.hasEnded = true;
    if (tracked.isPipelined === true) this.pipelined.remove(tracked);
    const { isComplete } = tracked;
    const ended = {
      method: tracked.method,
      route: this.routeOf(tracked),
      status: tracked.status(isComplete),
      isComplete,
      seconds: (this.clock() - tracked.start) / 1000,
    };
    this.metrics.end(ended, tracked);
  }

  private routeOf(tracked: TrackedRequest): string {
    try {
      return this.integration?.routeOf(tracked) ?? UNMATCHED;
    } catch {
      // What a router leaves on a request is there for everybody to change.
      return UNMATCHED;
    }
  }

  /** A request that Node answers with 503 by itself, on a connection that has had `maxRequestsPerSocket`. */
  private drop(request: IncomingMessage): void {
    this.counter.count(request);
    this.metrics.begin();
    const { method } = request;
    const ended = { method, route: UNMATCHED, status: 503, isComplete: true, seconds: 0 };
    this.metrics.end(ended, { observedRequest: request, observedResponse: undefined });
  }

  private observeFramework(): void {
    this.integration = integrationFor(this.host.httpAdapter, (request, response) =>
      this.begin(request, response),
    );
  }
}
