import type { NestModule, OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Module } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { SafeLogger } from './common/safe-logger.js';
import { BeforeInit } from './common/startup/before-init.js';
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
 * Higher than the distance of any other module: that of global modules is `Number.MAX_VALUE`. Nest calls the hooks of the start in
 * descending order of distance and those of the shutdown in ascending order. So the core starts first and stops last, also if another
 * global module that reads the metrics when it stops was imported before it.
 */
const OUTERMOST = Infinity;

/**
 * The global part: the metrics, and everything that records them without code of yours. `MonitorModule` imports it with
 * the options.
 *
 * It is a module of its own because it is global, and stops after all others. The publisher must stop before what it publishes
 * through, so it is in `MonitorModule`, which is not global.
 */
@Global()
@Module({
  imports: [StartupModule],
  providers: [BeforeInit, ...WIRINGS.flatMap(({ providers }) => providers)],
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
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(Startup) private readonly startup: Startup,
  ) {
    // Nest sorts the modules when it calls the first hook, after it has created all of them.
    for (const module of modules.values())
      if (module.metatype === MonitorCoreModule) module.distance = OUTERMOST;
    // The options are applied here and not in the providers: a publisher in the options may be a provider that injects
    // `MonitorService`, which therefore must not wait for the options.
    registry.limitSeries(options.maxSeries);
    registry.exclude(options.exclude);
    registry.exportAs(options.exportNames);
    collectors.use(options.collectors, options.measureInterval);
    startup.start(() => this.start());
  }

  /** Configures no middleware: Nest calls this before it registers routes. */
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
    const isRead = hasServer || this.options.publishers.length > 0 || this.startup.hasReader;
    if (!isRead) new SafeLogger('Monitor').warn(NOTHING_READS);
  }
}
