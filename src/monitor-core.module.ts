import type { NestModule, OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Logger, Module } from '@nestjs/common';
import { APP_INTERCEPTOR, ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { InFlight } from './common/in-flight.js';
import { Startup } from './common/startup/startup.js';
import { StartupModule } from './common/startup/startup.module.js';
import { Collectors } from './instrumentation/runtime/collectors.js';
import { PrometheusExporter } from './exporters/prometheus/prometheus.exporter.js';
import { FindingsHandle } from './findings/findings.handle.js';
import { FindingsRunner } from './findings/findings.runner.js';
import { HistoryHandle } from './history/history.handle.js';
import { HistoryRunner } from './history/history.runner.js';
import { HandlerCalls } from './instrumentation/handlers/handler-calls.js';
import { ApplicationGuardHint } from './access/application-guard.hint.js';
import { MonitorAccess } from './access/monitor-access.js';
import { LocalityResolver } from './common/http/locality.js';
import { BrowserRedirect } from './endpoint/dashboard/browser-redirect.js';
import { EndpointMount } from './endpoint/mounting/endpoint-mount.js';
import { MonitorPort } from './endpoint/port/monitor-port.js';
import { Answers } from './endpoint/streaming/answers.js';
import { MetricsReads } from './endpoint/metrics-reads.js';
import { ReadLimiter } from './endpoint/streaming/read-limiter.js';
import { Scrapes } from './endpoint/streaming/scrapes.js';
import { HttpMetrics } from './instrumentation/http/http-metrics.js';
import { RequestCounter } from './instrumentation/http/request-counter.js';
import { RequestObserver } from './instrumentation/http/request.observer.js';
import { RequestsInterceptor } from './instrumentation/http/requests.interceptor.js';
import { RouteRegistration } from './instrumentation/http/route-registration.js';
import type { ExposedParts } from './access/exposure-warning.js';
import { ExposureWarning } from './access/exposure-warning.js';
import { MonitorDiagnostics } from './diagnostics/monitor-diagnostics.js';
import { EventLoopBlocks } from './metrics/collection/event-loop-blocks.js';
import { BlockedLoopService } from './diagnostics/blocked-loop/blocked-loop.service.js';
import { MetricsReader } from './metrics/collection/reader.js';
import { MetricsRegistry } from './metrics/registry.js';
import type { MetricsSource } from './metrics/source/metrics-source.js';
import { METRICS_SOURCE } from './metrics/source/metrics-source.js';
import { RegistrySource } from './metrics/source/registry-source.js';
import { NOTHING_READS } from './monitor.module.messages.js';
import type { ResolvedMonitorOptions } from './monitor.options.js';
import { MONITOR_OPTIONS, servedAt } from './monitor.options.js';
import { MonitorService } from './monitor.service.js';

/**
 * The global part: the metrics, and everything that records them without a line of yours. `MonitorModule` imports it with
 * the options.
 *
 * It is a module of its own because it is global, and Nest stops global modules after all others. The publisher
 * must stop before what it publishes through, so it lives in `MonitorModule`, which is not global.
 */
@Global()
@Module({
  imports: [StartupModule],
  providers: [
    {
      provide: MetricsRegistry,
      useFactory: () => {
        const logger = new Logger('Monitor');
        return new MetricsRegistry({ warn: (text) => logger.warn(text) });
      },
    },
    {
      provide: Collectors,
      inject: [MetricsRegistry],
      useFactory: (registry: MetricsRegistry) => {
        const logger = new Logger('Monitor');
        return new Collectors(registry, {
          failure: (text) => logger.warn(text),
          recovery: (text) => logger.log(text),
        });
      },
    },
    { provide: EventLoopBlocks, useFactory: () => new EventLoopBlocks() },
    {
      provide: METRICS_SOURCE,
      inject: [MetricsRegistry, Collectors, EventLoopBlocks],
      useFactory: (registry: MetricsRegistry, collectors: Collectors, blocks: EventLoopBlocks) =>
        new RegistrySource(registry, () => ({ ...collectors.facts(), eventloop_blocks: blocks.read() })),
    },
    {
      provide: MetricsReader,
      inject: [METRICS_SOURCE],
      useFactory: (source: MetricsSource) => new MetricsReader(source),
    },
    ReadLimiter,
    {
      provide: MetricsReads,
      inject: [METRICS_SOURCE, MetricsReader, ReadLimiter],
      useFactory: (source: MetricsSource, reader: MetricsReader, limiter: ReadLimiter) => {
        const scrapes = new Scrapes(new PrometheusExporter(source), limiter);
        return new MetricsReads(reader, scrapes, limiter);
      },
    },
    {
      provide: Answers,
      inject: [MONITOR_OPTIONS],
      useFactory: (options: ResolvedMonitorOptions) => new Answers(servedAt(options) === 'application'),
    },
    {
      provide: BrowserRedirect,
      inject: [MONITOR_OPTIONS],
      useFactory: (options: ResolvedMonitorOptions) => new BrowserRedirect(options),
    },
    LocalityResolver,
    {
      provide: InFlight,
      inject: [MONITOR_OPTIONS],
      // In-flight requests are tracked only if blocks are explained: it costs something for every request.
      useFactory: ({ diagnostics }: ResolvedMonitorOptions) =>
        diagnostics.blockThreshold === undefined ? undefined : new InFlight(),
    },
    {
      provide: MonitorDiagnostics,
      inject: [MONITOR_OPTIONS, MetricsRegistry, Startup],
      useFactory: (
        { diagnostics, captures }: ResolvedMonitorOptions,
        registry: MetricsRegistry,
        startup: Startup,
      ) => {
        const monitorDiagnostics = new MonitorDiagnostics(diagnostics, captures, registry);
        startup.prepare(() => monitorDiagnostics.prepare());
        return monitorDiagnostics;
      },
    },
    {
      provide: BlockedLoopService,
      inject: [MONITOR_OPTIONS, MetricsRegistry, EventLoopBlocks, InFlight, Startup],
      useFactory: (
        { diagnostics }: ResolvedMonitorOptions,
        registry: MetricsRegistry,
        blocks: EventLoopBlocks,
        inFlight: InFlight | undefined,
        startup: Startup,
      ) => {
        const service = new BlockedLoopService(diagnostics.blockThreshold, registry, blocks, inFlight);
        startup.start(() => service.start());
        return service;
      },
    },
    {
      provide: RequestCounter,
      inject: [MetricsRegistry, LocalityResolver],
      useFactory: (registry: MetricsRegistry, localities: LocalityResolver) =>
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
      inject: [HttpAdapterHost, RequestCounter, HttpMetrics, ApplicationGuardHint, InFlight],
      useFactory: (
        host: HttpAdapterHost,
        requests: RequestCounter,
        metrics: HttpMetrics,
        hint: ApplicationGuardHint | undefined,
        inFlight: InFlight | undefined,
      ) =>
        new RequestObserver(
          host,
          requests,
          metrics,
          hint && ((request, route, status) => hint.onRefused(request, route, status)),
          inFlight,
        ),
    },
    {
      provide: HandlerCalls,
      inject: [MetricsRegistry, InFlight],
      useFactory: (registry: MetricsRegistry, inFlight: InFlight | undefined) =>
        new HandlerCalls(registry, undefined, inFlight),
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
      inject: [MONITOR_OPTIONS, LocalityResolver],
      useFactory: ({ access }: ResolvedMonitorOptions, localities: LocalityResolver) =>
        new MonitorAccess(access, localities),
    },
    {
      provide: ApplicationGuardHint,
      inject: [MONITOR_OPTIONS, MonitorAccess, ApplicationConfig],
      useFactory: (options: ResolvedMonitorOptions, access: MonitorAccess, config: ApplicationConfig) =>
        servedAt(options) === 'application'
          ? new ApplicationGuardHint(options.path, access, config)
          : undefined,
    },
    {
      provide: ExposureWarning,
      inject: [MONITOR_OPTIONS, HttpAdapterHost, LocalityResolver],
      useFactory: (options: ResolvedMonitorOptions, host: HttpAdapterHost, localities: LocalityResolver) =>
        new ExposureWarning(options.access, exposedParts(options), host, localities),
    },
    {
      provide: MonitorPort,
      inject: [MONITOR_OPTIONS, HttpAdapterHost, Startup],
      useFactory: ({ port }: ResolvedMonitorOptions, host: HttpAdapterHost, startup: Startup) => {
        const monitorPort = new MonitorPort(port, host);
        if (port.port !== undefined) startup.prepare(() => monitorPort.listen());
        return monitorPort;
      },
    },
    {
      provide: EndpointMount,
      inject: [MONITOR_OPTIONS, ModulesContainer, MonitorPort],
      useFactory: (options: ResolvedMonitorOptions, modules: ModulesContainer, port: MonitorPort) =>
        new EndpointMount(options, servedAt(options), modules, port),
    },
    HistoryHandle,
    FindingsHandle,
    {
      provide: HistoryRunner,
      inject: [MONITOR_OPTIONS, METRICS_SOURCE, HistoryHandle, Startup],
      useFactory: (
        { history }: ResolvedMonitorOptions,
        source: MetricsSource,
        handle: HistoryHandle,
        startup: Startup,
      ) => HistoryRunner.create(history, source, handle, startup),
    },
    {
      provide: FindingsRunner,
      // The history must have been loaded.
      inject: [METRICS_SOURCE, HistoryHandle, FindingsHandle, HistoryRunner],
      useFactory: (source: MetricsSource, history: HistoryHandle, handle: FindingsHandle) =>
        FindingsRunner.create(source, history, handle),
    },
    MonitorService,
  ],
  exports: [
    StartupModule,
    MonitorService,
    MonitorDiagnostics,
    MonitorAccess,
    MonitorPort,
    EndpointMount,
    MetricsRegistry,
    METRICS_SOURCE,
    MetricsReader,
    MetricsReads,
    ReadLimiter,
    Answers,
    BrowserRedirect,
    HistoryHandle,
    FindingsHandle,
    LocalityResolver,
    HandlerCalls,
    MONITOR_OPTIONS,
  ],
})
export class MonitorCoreModule implements NestModule, OnApplicationShutdown {
  private isStopped = false;

  constructor(
    @Inject(MetricsRegistry) registry: MetricsRegistry,
    @Inject(Collectors) private readonly collectors: Collectors,
    @Inject(MonitorService) private readonly monitor: MonitorService,
    @Inject(MONITOR_OPTIONS) private readonly options: ResolvedMonitorOptions,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(RouteRegistration) private readonly routes: RouteRegistration,
    @Inject(Startup) startup: Startup,
  ) {
    // The options get here, and not into the providers, since the publisher among them may well be a provider that
    // counts something itself: the service that it injects must not wait for the options that it is part of.
    registry.limitSeries(options.maxSeries);
    collectors.use(options.collectors, options.measureInterval);
    startup.start(() => this.start());
  }

  /** There is no middleware to configure: this is where Nest is before it registers routes. */
  configure(): void {
    this.routes.expect();
  }

  /** In the last of all hooks: the application is at work until then. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.collectors.stop();
  }

  private start(): void {
    // An application can be closed while it starts.
    if (this.isStopped) return;
    this.collectors.start(this.monitor);
    const hasServer = Boolean(this.host.httpAdapter) || this.options.port.port !== undefined;
    if (!hasServer && this.options.publishers.length === 0) new Logger('Monitor').warn(NOTHING_READS);
  }
}

/** What would be exposed, and where. */
function exposedParts(options: ResolvedMonitorOptions): ExposedParts {
  const { diagnostics, controller } = options;
  return {
    isOnMainPort: servedAt(options) === 'application',
    hasDiagnostics:
      controller !== false && (diagnostics.profiles || diagnostics.report || diagnostics.heapSnapshot),
  };
}
