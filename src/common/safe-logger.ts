import { Logger } from '@nestjs/common';
import { logSafely } from './log-safely.js';

/**
 * Nest's logger, which `app.useLogger()` replaces. It does not throw: most lines are logged by timers and callbacks, where an error
 * would end the process.
 */
export class SafeLogger {
  private readonly logger: Logger;

  /** @param context such as `Monitor`. */
  constructor(context: string) {
    this.logger = new Logger(context);
  }

  log(text: string): void {
    logSafely(() => this.logger.log(text));
  }

  warn(text: string): void {
    logSafely(() => this.logger.warn(text));
  }

  error(text: string, stack?: string): void {
    logSafely(() => this.logger.error(text, stack));
  }
}
