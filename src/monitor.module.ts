import type { ConfigurableModuleAsyncOptions, DynamicModule, Provider } from '@nestjs/common';
import { ConfigurableModuleBuilder, Inject, Module, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { endpointController } from './endpoint/mounting/endpoint-controller.js';
import { MonitorController } from './endpoint/monitor.controller.js';
import { MonitorEndpointModule, MOUNTED, mountOf } from './monitor-endpoint.module.js';
import { ENDPOINT_FEATURES } from './monitor.endpoints.js';
import { MonitorCoreModule } from './monitor-core.module.js';
import {
  ASYNC_CONTROLLER_CLASS,
  ASYNC_DECORATORS,
  IMPORTED_TWICE,
  NO_ASYNC_SOURCE,
  NO_OPTIONS_GIVEN,
  NOT_CONFIGURED,
  UNKNOWN_ASYNC_OPTION,
} from './monitor.module.messages.js';
import { MonitorOptionsError } from './common/options/monitor-options.error.js';
import type { MonitorOptions, ResolvedMonitorOptions } from './monitor.options.js';
import { MONITOR_OPTIONS, resolveMonitorOptions } from './monitor.options.js';
import { badOption } from './common/options/check-options.js';
import { NestCheck } from './installation/nest.check.js';
import { rememberThreads } from './common/started-threads.js';
import { OfThisCopy } from './common/this-copy.js';
import { MONITOR_COPY_CHECK } from './monitor-copy.check.js';
import { PublisherTask } from './publishing/publisher.task.js';
import { PUBLISHING_OPTIONS } from './publishing/publishing.options.js';

/** A provider that creates the options, for `useClass` and `useExisting`. */
export interface MonitorOptionsFactory {
  createMonitorOptions(): MonitorOptions | Promise<MonitorOptions>;
}

/** Where {@link MonitorModule.forRootAsync} gets its options from: one of `useFactory`, `useClass`, `useExisting`. */
export type MonitorModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  MonitorOptions,
  'createMonitorOptions'
> & {
  /**
   * As {@link MonitorOptions.controller}. A class is given here, not by the factory, because Nest reads the guards of a
   * controller before any factory runs.
   */
  controller?: MonitorOptions['controller'];
  /** As {@link MonitorOptions.decorators}, given here for the same reason. */
  decorators?: MonitorOptions['decorators'];
};

/** Nest's own builder of asynchronous options from `useFactory`, `useClass` or `useExisting`. */
const { ConfigurableModuleClass: AsyncOptions, MODULE_OPTIONS_TOKEN: GIVEN_OPTIONS } =
  new ConfigurableModuleBuilder<MonitorOptions>({ moduleName: 'Monitor' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createMonitorOptions')
    .build();

/**
 * Monitors the application that imports it: measures its requests and its event loop, records the application's own metrics
 * through {@link MonitorService}, answers `GET /monitor` to clients on the same machine, and passes the same document to
 * publishers.
 *
 * Import it once, in the root module. Every provider can then inject `MonitorService`.
 *
 * @example
 * \@Module({ imports: [MonitorModule.forRoot()] })
 * export class AppModule {}
 */
@OfThisCopy()
@Module({})
export class MonitorModule {
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Optional() @Inject(MOUNTED) mounted: unknown,
  ) {
    const configured = [...modules.values()].filter(
      ({ metatype, providers }) => metatype === MonitorModule && providers.has(MOUNTED),
    );
    if (configured.length === 0) throw new Error(NOT_CONFIGURED);
    if (configured.length > 1 && mounted !== undefined) throw new Error(IMPORTED_TWICE);
  }

  /**
   * @param options all optional, see {@link MonitorOptions}.
   * @throws MonitorOptionsError for an unknown option or an invalid value.
   */
  static forRoot(options: MonitorOptions = {}): DynamicModule {
    const resolved = resolveMonitorOptions(options);
    return assemble({ provide: MONITOR_OPTIONS, useValue: resolved }, resolved);
  }

  /**
   * Like {@link forRoot}, with options from a provider, resolved when the application starts. An invalid option fails the
   * start with a `MonitorOptionsError`.
   */
  static forRootAsync(options: MonitorModuleAsyncOptions): DynamicModule {
    const { controller, decorators, ...source } = checkAsyncOptions(options);
    const { imports, providers = [] } = AsyncOptions.forRootAsync(source);
    const resolved = { provide: MONITOR_OPTIONS, inject: [GIVEN_OPTIONS], useFactory: resolveGivenOptions };
    return assemble(resolved, { controller, decorators }, imports, providers);
  }
}

/** The allowed keys of the argument of `forRootAsync()`. */
const ASYNC_OPTIONS = [
  'imports',
  'inject',
  'useFactory',
  'useClass',
  'useExisting',
  'provideInjectionTokensFrom',
  'controller',
  'decorators',
];

function checkAsyncOptions(options: MonitorModuleAsyncOptions = {}): MonitorModuleAsyncOptions {
  const { useFactory, useClass, useExisting, controller, decorators } = options;
  const hasSource =
    useFactory === undefined ? Boolean(useClass ?? useExisting) : typeof useFactory === 'function';
  if (!hasSource) throw new MonitorOptionsError(NO_ASYNC_SOURCE, 'useFactory', useFactory, 'a function');
  resolveMonitorOptions({ controller, decorators });
  const unknown = Object.keys(options).find((option) => !ASYNC_OPTIONS.includes(option));
  if (unknown === undefined) return options;
  const value: unknown = options[unknown as keyof MonitorModuleAsyncOptions];
  throw new MonitorOptionsError(
    UNKNOWN_ASYNC_OPTION(unknown, ASYNC_OPTIONS),
    unknown,
    value,
    ASYNC_OPTIONS.join(', '),
  );
}

/** The module of one `forRoot` call: global parts are in the core module, parts that must stop before others are here. */
function assemble(
  options: Provider,
  given: Pick<MonitorOptions, 'controller' | 'decorators'> | ResolvedMonitorOptions,
  imports: DynamicModule['imports'] = [],
  providers: Provider[] = [],
): DynamicModule {
  const { controller, decorators } = given;
  const controllers =
    controller === false ? [] : [endpointController(controller ?? MonitorController, decorators)];
  let allImports: DynamicModule['imports'];
  return {
    module: MonitorModule,
    /**
     * Created when Nest reads it, because that starts to load the features of the endpoint. `forRoot()` is called when the
     * modules of the application are loaded, and Jest fails an import between two tests.
     */
    get imports() {
      // Before any provider is created: its constructor may start threads.
      if (!('collectors' in given) || given.collectors.eventLoop) rememberThreads();
      // The imports are for the options factory, and for the dependencies of the application's own controller.
      return (allImports ??= [
        { module: MonitorCoreModule, imports, providers: [...providers, options] },
        ...imports,
        ...(controller === false ? [] : endpointModules(given)),
      ]);
    },
    controllers,
    providers: [
      NestCheck,
      MONITOR_COPY_CHECK,
      { provide: PUBLISHING_OPTIONS, useExisting: MONITOR_OPTIONS },
      PublisherTask,
      mountOf(controllers),
    ],
  };
}

/** The modules of the enabled features, or of all features if the options are not known yet. */
function endpointModules(
  given: Pick<MonitorOptions, 'decorators'> | ResolvedMonitorOptions,
): Promise<DynamicModule>[] {
  const isKnown = 'access' in given;
  return ENDPOINT_FEATURES.filter(({ isOn }) => !isKnown || isOn(given)).map((feature) => {
    const module = MonitorEndpointModule.of(feature, given.decorators);
    // Nest awaits it later, when it scans the module: the import may fail before that.
    module.catch(() => {});
    return module;
  });
}

function resolveGivenOptions(given: MonitorOptions | undefined): ResolvedMonitorOptions {
  if (given === undefined) throw new MonitorOptionsError(NO_OPTIONS_GIVEN, 'useFactory', given, 'options');
  const resolved = resolveMonitorOptions(given);
  if (given.decorators !== undefined) throw badOption('decorators', given.decorators, ASYNC_DECORATORS);
  if (resolved.controller) throw badOption('controller', resolved.controller, ASYNC_CONTROLLER_CLASS);
  return resolved;
}
