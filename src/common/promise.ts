/** Anything that can be awaited. A value whose `then` throws when it is looked at cannot. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
  } catch {
    return false;
  }
}

/**
 * For what a function of the application gave where nothing is waited for. If it is a promise, and that rejects, the
 * process must not end for it.
 *
 * @returns whether it is one.
 */
export function isUnawaited(value: unknown): boolean {
  if (!isPromise(value)) return false;
  Promise.resolve(value).catch(() => {});
  return true;
}
