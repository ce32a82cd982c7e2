import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { SafeLogger } from '../../common/safe-logger.js';
import { Startup } from '../../common/startup/startup.js';
import type { MetricsSource } from '../../metrics/source/metrics-source.js';
import { METRICS_SOURCE } from '../../metrics/source/metrics-source.js';
import { badOption, checkOptions } from '../../common/options/check-options.js';
import type { Rules } from '../../common/options/option-rules.js';
import { isShortText } from '../../common/options/option-rules.js';
import { PromClientBridge } from './prom-client.bridge.js';
import type { PromClientRegistry } from './prom-client.registry.js';

export interface PromClientOptions {
  /** A registry of `prom-client` or `@prometheus-io/client`, such as their `register`. */
  registry: PromClientRegistry;
  /**
   * The name of the reader: the metrics `_min`, `_max` and `nodejs_eventloop_lag_*` cover its window, since its last scrape.
   * 1 to 200 characters. Default: `prom-client`.
   */
  reader?: string | undefined;
}

const REGISTRY = {
  allowed: 'a registry of prom-client or @prometheus-io/client',
  accepts: isRegistry,
};

const RULES: Rules = {
  registry: REGISTRY,
  reader: {
    allowed: 'a text of 1 to 200 characters',
    accepts: (value) => isShortText(value) && value !== '',
  },
};

const OPTIONS = Symbol('PROM_CLIENT_OPTIONS');

/**
 * Shows the monitor's metrics in a prom-client registry, for an application that already serves `/metrics` with it. They are
 * shown from when the application has started until it closes.
 *
 * @example
 * import { register } from 'prom-client';
 *
 * \@Module({ imports: [MonitorModule.forRoot(), PromClientModule.forRoot({ registry: register })] })
 * export class AppModule {}
 */
@Module({})
export class PromClientModule implements OnApplicationShutdown {
  private readonly bridge: PromClientBridge;
  private isStopped = false;

  constructor(
    @Inject(OPTIONS) private readonly options: PromClientOptions,
    @Inject(METRICS_SOURCE) source: MetricsSource,
    @Inject(Startup) startup: Startup,
  ) {
    this.bridge = new PromClientBridge(source, options.reader ?? 'prom-client', (text) =>
      new SafeLogger('MonitorPromClient').warn(text),
    );
    startup.hasReader = true;
    startup.start(() => this.start());
  }

  /** @throws MonitorOptionsError for an option that is unknown or has a value that is not allowed. */
  static forRoot(options: PromClientOptions): DynamicModule {
    checkOptions(options, RULES);
    if (options.registry === undefined) throw badOption('registry', options.registry, REGISTRY.allowed);
    return { module: PromClientModule, providers: [{ provide: OPTIONS, useValue: options }] };
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.bridge.stop();
  }

  private start(): void {
    // An application can be closed while it starts.
    if (!this.isStopped) this.bridge.start(this.options.registry);
  }
}

function isRegistry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { getMetricsAsArray, clear } = value as Record<string, unknown>;
  return typeof getMetricsAsArray === 'function' && typeof clear === 'function';
}
