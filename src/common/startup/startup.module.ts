import type { OnApplicationBootstrap } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Startup } from './startup.js';

/**
 * Less than the distance of any other module. Nest gives the root module 1 and global modules the highest number, and
 * calls `onApplicationBootstrap()` in descending order, so the hook of this module is the last one.
 */
const LAST = -1;

/** Provides {@link Startup}, and runs it after the hooks of all other modules, the root module's included. */
@Module({ providers: [Startup], exports: [Startup] })
export class StartupModule implements OnApplicationBootstrap {
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(Startup) private readonly startup: Startup,
  ) {
    // Nest sorts the modules when it calls the first hook, after it has made all of them.
    for (const module of modules.values()) if (module.metatype === StartupModule) module.distance = LAST;
  }

  onApplicationBootstrap(): Promise<void> {
    return this.startup.run();
  }
}
