import type { OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';

/**
 * Code that must run when all providers have been created, and before the `onModuleInit()` hook of any other module: in that
 * hook, libraries look for decorated methods. `MonitorCoreModule` provides it, whose hooks come first.
 */
@Injectable()
export class BeforeInit implements OnModuleInit {
  private readonly steps: (() => void)[] = [];

  /** @param step must not fail: the application would not start. */
  add(step: () => void): void {
    this.steps.push(step);
  }

  onModuleInit(): void {
    for (const step of this.steps.splice(0)) step();
  }
}
