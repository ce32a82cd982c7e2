import { Injectable } from '@nestjs/common';

/**
 * Code that must run when all providers have been created, and before the `onModuleInit()` hook of any other module: there,
 * libraries look for decorated methods.
 */
@Injectable()
export class BeforeInit {
  private readonly steps: (() => void)[] = [];

  /** @param step must not fail: the application would not start. */
  add(step: () => void): void {
    this.steps.push(step);
  }

  /** Runs all steps, once. `BeforeInitModule` calls it. */
  run(): void {
    for (const step of this.steps.splice(0)) step();
  }
}
