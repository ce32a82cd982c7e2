import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Clock } from '../../metrics/clock.js';
import { quickClock } from '../../metrics/clock.js';
import { Exchange } from './exchange.js';
import type { FrameworkSeam } from './framework-seam.js';
import { seamOf } from './framework-seam.js';
import type { HttpMetrics } from './http-metrics.js';
import { PipelinedExchanges } from './pipelined-exchanges.js';
import type { RequestCounter } from './request-counter.js';
import { RequestTap } from './request-tap.js';
import { ReshapedExchange } from './reshaped-exchange.js';
import { UNMATCHED } from './route.js';
import { UpgradeObserver } from './upgrade.observer.js';

/** A property costs a tenth of what a WeakMap would. */
type Marked = ServerResponse & Record<symbol, Exchange | undefined>;

/** What Node leaves on a request. It is true only where somebody listens for upgrades. */
interface Upgradable {
  readonly upgrade?: boolean | null;
}

/**
 * Follows every request from its beginning to its end, whatever becomes of it. It looks on in two places, for either
 * alone misses some:
 *
 * - In the framework ({@link FrameworkSeam}), ahead of the body parser: sees the requests of every listener, HTTP/2 and
 *   `inject()` included. Blind to the malformed URLs that Fastify's router turns away.
 * - At the server that Nest listens with: sees those, the handshakes of WebSockets, and the requests that Node
 *   answers for a connection that has had its fill of them, and only its own.
 *
 * Whoever sees a request first counts it, and marks its response. The end is the `'close'` of the response: every
 * response has one, sent or not.
 */
export class RequestObserver {
  /** A mark of our own, so that the monitors of two applications behind one server each count. */
  private readonly mark = Symbol('monitor.exchange');
  private readonly pipelined = new PipelinedExchanges((exchange) => this.end(exchange));
  /** Shared by all responses of Node's own: one for each would be made for each request, and costs more. */
  private readonly onClose: (this: Marked) => void;
  private readonly onUpgrade = (request: IncomingMessage): void => this.countUpgrade(request);
  private readonly onDrop = (request: IncomingMessage): void => this.drop(request);
  private readonly upgraded = new WeakSet<IncomingMessage>();
  private seam: FrameworkSeam | undefined;
  private server: Server | undefined;
  private requests: RequestTap | undefined;
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
    const end = (exchange: Exchange): void => this.end(exchange);
    this.onClose = function () {
      const exchange = this[mark];
      if (exchange !== undefined) end(exchange);
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
    return this.seam?.seesAll === true;
  }

  onModuleInit(): void {
    // Nest has registered its routes by now, and not yet what answers when none of them has.
    this.seam?.onRoutesRegistered();
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    // An adapter of another make may have a server of another make. One that is closed already gets no listener.
    if (this.stopped || typeof server?.rawListeners !== 'function') return;
    this.requests = new RequestTap(server, (request, response) => this.begin(request, response));
    this.server = server.on('dropRequest', this.onDrop);
    this.upgrades = new UpgradeObserver(server, this.onUpgrade);
  }

  onApplicationBootstrap(): void {
    this.seam?.onApplicationReady();
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
  begin(request: IncomingMessage, response: ServerResponse): Exchange | undefined {
    return (response as Marked)[this.mark] ?? this.follow(request, response);
  }

  private follow(request: IncomingMessage, response: ServerResponse): Exchange | undefined {
    if (this.stopped === true) return undefined;
    if ((request as Upgradable).upgrade === true) return this.countUpgrade(request);
    const start = this.clock();
    const exchange =
      this.seam?.reshapes === true
        ? new ReshapedExchange(request, response, start)
        : new Exchange(request, response, start);
    (response as Marked)[this.mark] = exchange;
    this.counter.count(request);
    this.metrics.begin();
    const isConnected = response.socket instanceof Socket;
    exchange.isConnected = isConnected;
    if (isConnected) response.on('close', this.onClose);
    else this.awaitEnd(exchange);
    // An application around this one may have held the request back until its client had gone.
    if (response.closed === true) process.nextTick(() => this.end(exchange));
    return exchange;
  }

  /** For a response that is not at its connection, or is not of Node's making. */
  private awaitEnd(exchange: Exchange): void {
    const { response } = exchange;
    response.on('close', () => this.end(exchange));
    // What a library makes up, to answer where there is no server of Node's, is finished and may never be closed.
    response.on('finish', () => this.finish(exchange));
    // Over HTTP/1, only a response that waits for another has no socket yet.
    if (response.socket !== null) return;
    exchange.isPipelined = true;
    this.pipelined.add(exchange);
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

  private finish(exchange: Exchange): void {
    exchange.hasFinished = true;
    this.end(exchange);
  }

  private end(exchange: Exchange): void {
    if (exchange.hasEnded === true) return;
    exchange.hasEnded = true;
    if (exchange.isPipelined === true) this.pipelined.remove(exchange);
    const { isComplete } = exchange;
    const ended = {
      method: exchange.method,
      route: this.routeOf(exchange),
      status: exchange.status(isComplete),
      isComplete,
      seconds: (this.clock() - exchange.start) / 1000,
    };
    this.metrics.end(ended, exchange);
  }

  private routeOf(exchange: Exchange): string {
    try {
      return this.seam?.routeOf(exchange) ?? UNMATCHED;
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
    this.seam = seamOf(this.host.httpAdapter, (request, response) => this.begin(request, response));
  }
}
