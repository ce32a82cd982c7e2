import type { Type } from '@nestjs/common';
import type { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { MonitorPort } from '../port/monitor-port.js';
import { controllerAt } from './endpoint-controller.js';
import { acceptTrailingSlash } from './trailing-slash.js';

/** Where the endpoint of one application is served: on the application's port, on its own port, or not at all. */
export type ServedAt = 'application' | 'port' | 'nowhere';

/**
 * Mounts the controllers of the endpoint in one application. It changes what Nest has scanned, not the controller classes,
 * which another application of the same process may share: each application gets its own subclass with its path.
 */
export class EndpointMount {
  constructor(
    private readonly route: { readonly path: string; readonly host: string | undefined },
    private readonly servedAt: ServedAt,
    private readonly modules: ModulesContainer,
    private readonly port: MonitorPort,
  ) {}

  /**
   * Replaces the controller in its module. Call it while Nest creates the providers of that module, which it does before it
   * creates the controllers.
   *
   * @param moduleRef of that module; creates the guards and pipes of the controller if the endpoint has its own port.
   * @param isOn whether the options enable this controller. A disabled one is not created.
   */
  mount(controller: Type<object>, moduleRef: ModuleRef, isOn = true): void {
    for (const { controllers } of this.modules.values()) {
      const wrapper = controllers.get(controller);
      if (wrapper === undefined) continue;
      controllers.delete(controller);
      if (this.servedAt === 'nowhere' || !isOn) continue;
      const { path, host } = this.route;
      const isOnPort = this.servedAt === 'port';
      acceptTrailingSlash(controller);
      const mounted = controllerAt(controller, { path: isOnPort ? [] : path, host });
      wrapper.metatype = mounted;
      wrapper.instance = Object.create(mounted.prototype as object);
      // Nest finds a request-scoped controller under its class, which is now the new one.
      (wrapper as { token: unknown }).token = mounted;
      controllers.set(mounted, wrapper);
      if (isOnPort) this.port.serve({ controller: mounted, moduleRef, path, host });
    }
  }
}
