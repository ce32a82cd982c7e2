import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { InFlight } from '../../common/in-flight.js';
import type { FrameworkIntegration, HttpAdapter } from './framework-integration.js';
import type { HttpMetrics } from './http-metrics.js';
import { integrationFor } from './integration-for.js';
import type { RequestCounter } from './request-counter.js';
import type { OnRefused } from './request-tracker.js';
import { RequestTracker } from './request-tracker.js';
import { RequestListener } from './server/request-listener.js';
import type { TrackedRequest } from './tracked-request.js';

/**
 * Connects the {@link RequestTracker} to the two places where requests are seen, since each misses some:
 *
 * - The framework ({@link FrameworkIntegration}), ahead of the body parser: it sees the requests of every listener, HTTP/2
 *   and `inject()` included, but not the malformed URLs that Fastify's router rejects.
 * - The server that Nest listens with ({@link RequestListener}): it sees those too, upgrades, and the requests that Node
 *   answers by itself.
 */
export class RequestObserver implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly tracker: RequestTracker;
  private integration: FrameworkIntegration | undefined;
  private listener: RequestListener | undefined;
  private isStopped = false;
  private stopWaiting: () => void = () => {};

  constructor(
    private readonly host: HttpAdapterHost,
    counter: RequestCounter,
    metrics: HttpMetrics,
    onRefused?: OnRefused,
    inFlight?: InFlight,
  ) {
    this.tracker = new RequestTracker(
      counter,
      metrics,
      (tracked, status) => this.integration?.routeOf(tracked, status),
      onRefused,
      inFlight,
    );
    // NestFactory sets the adapter before it creates providers, a TestingModule afterwards. Both do so before the body parser
    // is registered, which must come after us.
    if (host.httpAdapter) {
      this.integrate();
    } else {
      const waiting = host.init$.subscribe(() => this.integrate());
      this.stopWaiting = () => waiting.unsubscribe();
    }
  }

  /** Whether every request is seen without the interceptor. */
  get seesAll(): boolean {
    return this.integration?.seesAll === true;
  }

  /** See `RequestTracker.track`. */
  track(request: IncomingMessage, response: ServerResponse): TrackedRequest | undefined {
    return this.tracker.track(request, response);
  }

  onModuleInit(): void {
    // Nest has registered its routes, but not yet its 404 handler.
    this.integration?.onRoutesRegistered?.();
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    // The server of an unknown adapter may be anything.
    if (this.isStopped || typeof server?.rawListeners !== 'function') return;
    const { tracker } = this;
    this.listener = new RequestListener(server, {
      onRequest: (request, response) => void tracker.track(request, response),
      onDrop: (request) => tracker.countDropped(request),
      onUpgrade: (request) => tracker.countUpgrade(request),
    });
  }

  onApplicationBootstrap(): void {
    this.integration?.onApplicationReady?.();
  }

  /** In the last of all hooks, since the application serves requests until then. */
  onApplicationShutdown(): void {
    this.isStopped = true;
    this.stopWaiting();
    this.tracker.stop();
    this.listener?.stop();
  }

  private integrate(): void {
    // An application without HTTP has no adapter.
    const adapter = this.host.httpAdapter as HttpAdapter | null;
    if (adapter === null) return;
    this.integration = integrationFor(adapter, (request, response) => this.tracker.track(request, response));
  }
}
