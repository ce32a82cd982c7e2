import { Injectable } from '@nestjs/common';

/** A part of the startup. If it throws or rejects, the application fails to start. */
export type StartupStep = () => void | Promise<void>;

/**
 * Starts what runs by itself (timers, samplers, an own port) once the application is up: after every
 * `onApplicationBootstrap()` hook of every module has succeeded.
 *
 * Nest calls the hooks of an imported module before those of the modules that import it. A timer started in a hook of
 * our own would therefore run before the application is up. It would also keep running if a later hook failed, and
 * `NestFactory.createApplicationContext()` then returns nothing that could be closed.
 *
 * A step has to check whether the application has been closed meanwhile: `close()` may be called during the start.
 */
@Injectable()
export class Startup {
  private readonly preparations: StartupStep[] = [];
  private readonly starts: StartupStep[] = [];
  private hasStarted = false;
  /**
   * Whether a module reads the metrics by itself. It must say so in its constructor: the steps then know it, in whatever order the
   * modules are imported.
   */
  hasReader = false;

  /** Adds a step that may fail, such as listening on a port. These run before all others, one after the other. */
  prepare(step: StartupStep): void {
    this.preparations.push(step);
  }

  /** Adds a step that does not fail. None of them runs if a preparation has failed. */
  start(step: StartupStep): void {
    this.starts.push(step);
  }

  /** Runs all steps, once. `StartupModule` calls it. */
  async run(): Promise<void> {
    if (this.hasStarted) return;
    this.hasStarted = true;
    for (const step of [...this.preparations, ...this.starts]) await step();
  }
}
