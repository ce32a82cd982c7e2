import type { NestModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Logger, Module } from '@nestjs/common';
import { APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import { Collectors } from './collectors/collectors.js';
import { PrometheusExporter } from './exporters/prometheus/prometheus.exporter.js';
import { Scrapes } from './exporters/prometheus/scrapes.js';
import { HandlerCalls } from './handlers/handler-calls.js';
import { MonitorAccess } from './http/access/access.js';
import { Localities } from './http/locality.js';
import { MonitorPort } from './http/port/monitor.port.js';
import { PrometheusEndpoint } from './http/prometheus.endpoint.js';
import { HttpMetrics } from './http/requests/http-metrics.js';
import { RequestCounter } from './http/requests/request-counter.js';
import { RequestObserver } from './http/requests/request.observer.js';
import { RequestsInterceptor } from './http/requests/requests.interceptor.js';
import { RouteRegistration } from './http/requests/route-registration.js';
import { RiskyAccess } from './http/risky-access.js';
import { MetricsReader } from './metrics/reading/reader.js';
import { MetricsRegistry } from './metrics/registry.js';
import { COLLECTOR_TEXTS, NOBODY_LISTENS, REGISTRY_TEXTS } from './monitor.messages.js';
import type { ResolvedMonitorOptions } from './monitor.options.js';
import { isOnMainPort, MONITOR_OPTIONS } from './monitor.options.js';
import { MonitorService } from './monitor.service.js';

/**
 * What the whole application shares: the numbers, and everything that fills them by itself. `MonitorModule`
 * brings it along with the options.
 *
 * It is a module of its own because it is global, and Nest stops global modules after all others. The publisher
 * must stop before what it publishes through, so it lives in `MonitorModule`, which is not global.
 */
@Global()
@Module({
  providers: [
    {
      provide: MetricsRegistry,
      useFactory: () => {
        const logger = new Logger('Monitor');
        return new MetricsRegistry({ texts: REGISTRY_TEXTS, warn: (text) => logger.warn(text) });
      },
    },
    {
      provide: Collectors,
      inject: [MetricsRegistry],
      useFactory: (registry: MetricsRegistry) => {
        const logger = new Logger('Monitor');
        return new Collectors(registry, COLLECTOR_TEXTS, (text) => logger.warn(text));
      },
    },
    {
      provide: MetricsReader,
      inject: [MetricsRegistry, Collectors],
      useFactory: (registry: MetricsRegistry, collectors: Collectors) =>
        new MetricsReader(
          registry,
          () => collectors.collect(),
          () => collectors.facts(),
        ),
    },
    {
      provide: Scrapes,
      inject: [MetricsRegistry, MetricsReader],
      useFactory: (registry: MetricsRegistry, reader: MetricsReader) =>
        new Scrapes(new PrometheusExporter(registry, reader)),
    },
    PrometheusEndpoint,
    Localities,
    {
      provide: RequestCounter,
      inject: [MetricsRegistry, Localities],
      useFactory: (registry: MetricsRegistry, localities: Localities) =>
        new RequestCounter(registry, localities),
    },
    {
      provide: HttpMetrics,
      inject: [MetricsRegistry, MONITOR_OPTIONS],
      useFactory: (registry: MetricsRegistry, { http }: ResolvedMonitorOptions) =>
        new HttpMetrics(registry, http),
    },
    {
      provide: RequestObserver,
      inject: [HttpAdapterHost, RequestCounter, HttpMetrics],
      useFactory: (host: HttpAdapterHost, requests: RequestCounter, metrics: HttpMetrics) =>
        new RequestObserver(host, requests, metrics),
    },
    {
      provide: HandlerCalls,
      inject: [MetricsRegistry],
      useFactory: (registry: MetricsRegistry) => new HandlerCalls(registry),
    },
    RouteRegistration,
    {
      provide: APP_INTERCEPTOR,
      inject: [MONITOR_OPTIONS, RequestObserver, HandlerCalls, RouteRegistration],
      // Nest leaves out a global interceptor whose factory gives nothing.
      useFactory: (
        { interceptor }: ResolvedMonitorOptions,
        requests: RequestObserver,
        calls: HandlerCalls,
        routes: RouteRegistration,
      ) => (interceptor ? new RequestsInterceptor(requests, calls, routes) : undefined),
    },
    {
      provide: MonitorAccess,
      inject: [MONITOR_OPTIONS, Localities],
      useFactory: ({ access }: ResolvedMonitorOptions, localities: Localities) =>
        new MonitorAccess(access, localities),
    },
    {
      provide: RiskyAccess,
      inject: [MONITOR_OPTIONS, HttpAdapterHost, Localities],
      useFactory: (options: ResolvedMonitorOptions, host: HttpAdapterHost, localities: Localities) =>
        new RiskyAccess(options.access, isOnMainPort(options), host, localities),
    },
    {
      provide: MonitorPort,
      inject: [MONITOR_OPTIONS, HttpAdapterHost],
      useFactory: ({ port }: ResolvedMonitorOptions, host: HttpAdapterHost) => new MonitorPort(port, host),
    },
    MonitorService,
  ],
  exports: [
    MonitorService,
    MonitorAccess,
    MonitorPort,
    MetricsRegistry,
    MetricsReader,
    PrometheusEndpoint,
    Localities,
    HandlerCalls,
    MONITOR_OPTIONS,
  ],
})
export class MonitorCoreModule implements NestModule, OnApplicationBootstrap, OnApplicationShutdown {
  private isStopped = false;

  constructor(
    @Inject(MetricsRegistry) registry: MetricsRegistry,
    @Inject(Collectors) private readonly collectors: Collectors,
    @Inject(MonitorService) private readonly monitor: MonitorService,
    @Inject(MONITOR_OPTIONS) private readonly options: ResolvedMonitorOptions,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(RouteRegistration) private readonly routes: RouteRegistration,
  ) {
    // The options get here, and not into the providers, since the publisher among them may well be a provider that
    // counts something itself: the service that it injects must not wait for the options that it is part of.
    registry.maxSeries = options.maxSeries;
    collectors.use(options.collectors, options.measureInterval);
  }

  /** There is no middleware to configure: this is where Nest is before it registers routes. */
  configure(): void {
    this.routes.expect();
  }

  onApplicationBootstrap(): void {
    // An application can be closed while it starts.
    if (this.isStopped) return;
    this.collectors.start(this.monitor);
    const hasServer = Boolean(this.host.httpAdapter) || this.options.port.port !== undefined;
    if (!hasServer && this.options.publishers.length === 0) new Logger('Monitor').warn(NOBODY_LISTENS);
  }

  /** In the last of all hooks: the application is at work until then. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.collectors.stop();
  }
}
