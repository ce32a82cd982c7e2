import type { Type } from '@nestjs/common';
import type { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { MonitorPort } from '../port/monitor-port.js';
import { controllerAt } from './endpoint-controller.js';

/** Where the endpoint of one application is served: at the application's port, at its own, or not at all. */
export type ServedAt = 'application' | 'port' | 'nowhere';

/**
 * Mounts the controllers of the endpoint in one application. It works on what Nest has scanned and not on the classes,
 * which another application of the same process may have too: each application gets a class of its own with its path.
 */
export class EndpointMount {
  constructor(
    private readonly route: { readonly path: string; readonly host: string | undefined },
    private readonly servedAt: ServedAt,
    private readonly modules: ModulesContainer,
    private readonly port: MonitorPort,
  ) {}

  /**
   * To be called while Nest makes the providers of the module that has the controller, which is before it makes the
   * controller.
   *
   * @param moduleRef that of the module, to make the guards and pipes of the controller for a port of its own.
   * @param isOn whether the options want this controller. One that is off is not made.
   */
  mount(controller: Type<object>, moduleRef: ModuleRef, isOn = true): void {
    for (const { controllers } of this.modules.values()) {
      const wrapper = controllers.get(controller);
      if (wrapper === undefined) continue;
      controllers.delete(controller);
      if (this.servedAt === 'nowhere' || !isOn) continue;
      const { path, host } = this.route;
      const isOnPort = this.servedAt === 'port';
      const mounted = controllerAt(controller, { path: isOnPort ? [] : path, host });
      wrapper.metatype = mounted;
      wrapper.instance = Object.create(mounted.prototype as object);
      // Under the new class, where Nest looks for a controller that it makes for each request.
      (wrapper as { token: unknown }).token = mounted;
      controllers.set(mounted, wrapper);
      if (isOnPort) this.port.serve({ controller: mounted, moduleRef, path, host });
    }
  }
}
