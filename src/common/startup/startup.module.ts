import type { OnApplicationBootstrap } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Startup } from './startup.js';

/**
 * Lower than the distance of any other module. Nest calls `onApplicationBootstrap()` in descending order of distance: global
 * modules first, the root module with 1. So the hook of this module is called last.
 */
const LAST = -1;

/** Provides {@link Startup}, and runs it after the hooks of all other modules, the root module's included. */
@Module({ providers: [Startup], exports: [Startup] })
export class StartupModule implements OnApplicationBootstrap {
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(Startup) private readonly startup: Startup,
  ) {
    // Nest sorts the modules when it calls the first hook, after it has created all of them.
    for (const module of modules.values()) if (module.metatype === StartupModule) module.distance = LAST;
  }

  onApplicationBootstrap(): Promise<void> {
    return this.startup.run();
  }
}
