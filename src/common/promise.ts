/** Whether a value can be awaited. One whose `then` throws when it is read cannot. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
  } catch {
    return false;
  }
}

/**
 * For the result of a function of the application that is not awaited: if it is a promise, its rejection must not end the
 * process as an unhandled one.
 *
 * @returns whether it is a promise.
 */
export function isUnawaited(value: unknown): boolean {
  if (!isPromise(value)) return false;
  Promise.resolve(value).catch(() => {});
  return true;
}
