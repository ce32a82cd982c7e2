/**
 * The value itself, for what a test expects to be there.
 *
 * @throws if it is `undefined` or `null`.
 */
export function present<T>(value: T, what = 'a value'): NonNullable<T> {
  if (value === undefined || value === null) throw new Error(`Expected ${what}, but it is ${String(value)}.`);
  return value;
}

/** @throws if there is no first item. */
export function first<T>(items: readonly T[]): NonNullable<T> {
  return present(items[0], 'a first item');
}

/** @throws if there is no last item. */
export function last<T>(items: readonly T[]): NonNullable<T> {
  return present(items.at(-1), 'a last item');
}

/** @throws if there is not exactly one item. */
export function only<T>(items: readonly T[]): NonNullable<T> {
  if (items.length !== 1) throw new Error(`Expected one item, not ${items.length}.`);
  return first(items);
}
