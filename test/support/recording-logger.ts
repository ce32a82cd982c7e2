import type { LoggerService } from '@nestjs/common';

/** A logger that keeps all messages. */
export class RecordingLogger implements LoggerService {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  readonly messages: string[] = [];

  log(message: unknown): void {
    this.messages.push(String(message));
  }

  warn(message: unknown): void {
    this.warnings.push(String(message));
  }

  error(message: unknown): void {
    this.errors.push(String(message));
  }
}
