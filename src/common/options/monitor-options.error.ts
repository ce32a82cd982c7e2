/** Thrown when the application starts, for an option that cannot be what it was given as. */
export class MonitorOptionsError extends Error {
  override readonly name = 'MonitorOptionsError';

  constructor(
    message: string,
    /** The name of the option. */
    readonly option: string,
    /** What it was given as. */
    readonly value: unknown,
    /** What is allowed. */
    readonly allowed: string,
  ) {
    super(message);
  }
}
