/**
 * Thrown by `MonitorModule.forRoot()`, and when an application with `forRootAsync()` starts, for an option that does not
 * exist or has a value that is not allowed. A secret value, such as a token, is `(not shown)` in it.
 */
export class MonitorOptionsError extends Error {
  override readonly name = 'MonitorOptionsError';

  constructor(
    message: string,
    /** The name of the option. An option in a group is written as `http.buckets`. */
    readonly option: string,
    /** The value that was given. */
    readonly value: unknown,
    /** What is allowed. */
    readonly allowed: string,
  ) {
    super(message);
    // Node prints the properties of an uncaught error after its message, which has this one.
    Object.defineProperty(this, 'allowed', { enumerable: false });
  }
}
