import type { LoggerService } from '@nestjs/common';

/** A logger that keeps all messages. */
export class RecordingLogger implements LoggerService {
  readonly warnings: string[] = [];
  /** Warnings about the process, such as a blocked event loop. A busy machine causes some in any test. */
  readonly findings: string[] = [];
  readonly errors: string[] = [];
  readonly messages: string[] = [];

  log(message: unknown): void {
    this.messages.push(String(message));
  }

  warn(message: unknown): void {
    const text = String(message);
    (text.includes('/docs/findings.md#') ? this.findings : this.warnings).push(text);
  }

  error(message: unknown): void {
    this.errors.push(String(message));
  }
}
