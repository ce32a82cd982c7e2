import type { DynamicModule, ModuleMetadata, Provider, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { endpointController } from './endpoint/mounting/endpoint-controller.js';
import { EndpointMount } from './endpoint/mounting/endpoint-mount.js';
import type { ResolvedMonitorOptions } from './monitor.options.js';
import { MONITOR_OPTIONS } from './monitor.options.js';

/**
 * I want to add an endpoint: which files?
 *
 * 1. `src/endpoint/<room>/<name>.controller.ts`: a class with `@Controller()`, no path in it, and handlers such as
 *    `@Get('history')`. It injects `Answers` (`endpoint/streaming/answers.ts`), takes `@Req() request: unknown` and
 *    `@Res() response: AdapterResponse`, and answers by `this.answers.begin(request, response).send(...)`.
 * 2. `src/endpoint/<room>/<name>.endpoint.ts`: an {@link EndpointFeature}, with the only `import()` of that controller.
 * 3. `ENDPOINT_FEATURES` in `src/monitor.endpoints.ts`: one line.
 *
 * The controller then is below the option `path`, on the virtual host `host` and on the `port` of the options, outside
 * the application's versions and its OpenAPI document, with the guard in front of each handler and the `decorators` of
 * the options. It is not there with `controller: false`.
 */
export interface EndpointFeature {
  /** Whether the options want it. It has no routes otherwise. */
  readonly isOn: (options: ResolvedMonitorOptions) => boolean;
  /**
   * Imports the controllers and what only they need. Called by `forRoot` when {@link isOn}, and always by
   * `forRootAsync`, whose options come when Nest has all classes. So a provider here starts nothing in its
   * constructor, and asks the options before it starts anything in a hook.
   */
  readonly load: () => Promise<EndpointParts>;
}

interface EndpointParts extends Pick<ModuleMetadata, 'providers'> {
  readonly controllers: readonly Type<object>[];
}

/** The module of one {@link EndpointFeature}. */
@Module({})
export class MonitorEndpointModule {
  static async of(
    { isOn, load }: EndpointFeature,
    decorators?: readonly ClassDecorator[],
  ): Promise<DynamicModule> {
    const { controllers, providers = [] } = await load();
    const mountable = controllers.map((controller) => endpointController(controller, decorators));
    return {
      module: MonitorEndpointModule,
      controllers: mountable,
      providers: [...providers, mountOf(mountable, isOn)],
    };
  }
}

/** A provider that mounts the controllers of its module. Its value is not used. */
export function mountOf(
  controllers: readonly Type<object>[],
  isOn: EndpointFeature['isOn'] = () => true,
): Provider {
  return {
    provide: MOUNTED,
    inject: [EndpointMount, MONITOR_OPTIONS, ModuleRef],
    useFactory: (mount: EndpointMount, options: ResolvedMonitorOptions, moduleRef: ModuleRef) => {
      for (const controller of controllers) mount.mount(controller, moduleRef, isOn(options));
      return true;
    },
  };
}

/** Also tells a `MonitorModule` that came from `forRoot` from the bare class. */
export const MOUNTED = Symbol('MONITOR_MOUNTED');
