import type { OnModuleInit } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { giveRegistry } from './registry-injection.js';

/** Gives the registry to the objects of decorated classes that come from `useFactory` or `useValue`: Nest injects nothing there. */
export class DecoratedInstances implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly modules: ModulesContainer,
  ) {}

  onModuleInit(): void {
    for (const { providers } of this.modules.values()) {
      for (const { instance } of providers.values()) giveRegistry(instance, this.registry);
    }
  }
}
