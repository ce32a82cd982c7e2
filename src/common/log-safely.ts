/** Calls a logger, which may be one of the application. One that throws must not stop the caller. */
export function logSafely(log: () => void): void {
  try {
    log();
  } catch {
    // An error of the logger itself cannot be logged.
  }
}
