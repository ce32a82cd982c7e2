import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BeforeInit } from './before-init.js';

/** Higher than the distance of any other module: that of global modules is `Number.MAX_VALUE`. See `StartupModule`. */
const FIRST = Infinity;

/** Provides {@link BeforeInit}, and runs it before the hooks of all other modules. */
@Module({ providers: [BeforeInit], exports: [BeforeInit] })
export class BeforeInitModule implements OnModuleInit {
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(BeforeInit) private readonly beforeInit: BeforeInit,
  ) {
    for (const module of modules.values()) if (module.metatype === BeforeInitModule) module.distance = FIRST;
  }

  onModuleInit(): void {
    this.beforeInit.run();
  }
}
