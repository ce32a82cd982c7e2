import type { NestModule, OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Logger, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BeforeInitModule } from './common/startup/before-init.module.js';
import { Startup } from './common/startup/startup.js';
import { StartupModule } from './common/startup/startup.module.js';
import { RouteRegistration } from './instrumentation/http/route-registration.js';
import { Collectors } from './instrumentation/runtime/collectors.js';
import { MetricsRegistry } from './metrics/registry.js';
import { NOTHING_READS } from './monitor.module.messages.js';
import type { ResolvedMonitorOptions } from './monitor.options.js';
import { MONITOR_OPTIONS } from './monitor.options.js';
import { MonitorService } from './monitor.service.js';
import { WIRINGS } from './wiring/wirings.js';

/**
 * The global part: the metrics, and everything that records them without a line of yours. `MonitorModule` imports it with
 * the options.
 *
 * It is a module of its own because it is global, and Nest stops global modules after all others. The publisher
 * must stop before what it publishes through, so it lives in `MonitorModule`, which is not global.
 */
@Global()
@Module({
  imports: [StartupModule, BeforeInitModule],
  providers: WIRINGS.flatMap(({ providers }) => providers),
  exports: [StartupModule, MONITOR_OPTIONS, ...WIRINGS.flatMap(({ exports }) => exports)],
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
    registry.exclude(options.exclude);
    registry.exportAs(options.exportNames);
    collectors.use(options.collectors, options.measureInterval);
    startup.start(() => this.start());
  }

  /** There is no middleware to configure: this is where Nest is before it registers routes. */
  configure(): void {
    this.routes.expect();
  }

  /** In the last hook: the application serves until then. */
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
