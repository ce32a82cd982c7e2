import type { DynamicModule, ModuleMetadata, Provider, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { endpointController } from './endpoint/mounting/endpoint-controller.js';
import { EndpointMount } from './endpoint/mounting/endpoint-mount.js';
import type { ResolvedMonitorOptions } from './monitor.options.js';
import { MONITOR_OPTIONS } from './monitor.options.js';

/**
 * To add an endpoint, you need:
 *
 * 1. `src/endpoint/<folder>/<name>.controller.ts`: a class with `@Controller()`, no path in it, and handlers such as
 *    `@Get('history')`. It injects `Answers` (`endpoint/streaming/answers.ts`), takes `@Req() request: unknown` and
 *    `@Res() response: AdapterResponse`, and answers by `this.answers.begin(request, response).send(...)`.
 * 2. `ENDPOINT_FEATURES` in `src/monitor.endpoints.ts`: an {@link EndpointFeature}, with the only `import()` of that controller.
 *
 * The controller is then served below the option `path`, on the virtual host `host` and on the `port` of the options, outside
 * the application's versions and its OpenAPI document, with the guard in front of each handler and the `decorators` of
 * the options. It is not served with `controller: false`.
 */
export interface EndpointFeature {
  /** Whether the options enable it. Otherwise it has no routes. */
  readonly isOn: (options: ResolvedMonitorOptions) => boolean;
  /**
   * Imports the controllers and what only they need. Called for `forRoot` when {@link isOn}, and always for
   * `forRootAsync`, whose options are known only after Nest has read all classes. So a provider here must not start anything
   * in its constructor, and must check the options before it starts anything in a hook.
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

/** The token of that provider. It also distinguishes a `MonitorModule` that came from `forRoot` from the bare class. */
export const MOUNTED = Symbol('MONITOR_MOUNTED');
