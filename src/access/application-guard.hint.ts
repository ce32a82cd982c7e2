import type { ApplicationConfig } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { SafeLogger } from '../common/safe-logger.js';
import { CLOSED_BY_APPLICATION } from './access.messages.js';
import type { MonitorAccess } from './monitor-access.js';

/**
 * Logs once that the application itself refuses requests to the endpoint: global guards run before the monitor's guard, and do
 * not know that the endpoint has its own.
 */
export class ApplicationGuardHint {
  private isLogged = false;

  /** @param path the option `path`. */
  constructor(
    private readonly path: string,
    private readonly access: MonitorAccess,
    private readonly config: ApplicationConfig,
  ) {}

  /**
   * Call this when a request was answered with 401 or 403.
   *
   * @param route its route label, such as `/api/monitor`.
   */
  onRefused(request: IncomingMessage, route: string, status: number): void {
    if (this.isLogged || !this.isEndpoint(route) || this.access.isDecided(request)) return;
    // The requestFilter is not called here: it may count its calls.
    if (!this.access.decide(request).allowed) return;
    this.isLogged = true;
    new SafeLogger('MonitorAccess').warn(CLOSED_BY_APPLICATION(route, status));
  }

  private isEndpoint(route: string): boolean {
    const path = pathOf(this.path);
    // Routes can be excluded from the global prefix.
    return [path, pathOf(`${this.config.getGlobalPrefix()}/${this.path}`)].some(
      (base) => route === base || route.startsWith(`${base}/`),
    );
  }
}

function pathOf(path: string): string {
  return `/${path.split('/').filter(Boolean).join('/')}`;
}
