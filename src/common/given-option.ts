/**
 * An option of a call that must not throw.
 *
 * @returns its value; if reading it throws, because of a getter or a proxy, the options themselves, which no rule accepts as a value.
 */
export function givenOption<T extends object>(options: T | null | undefined, name: keyof T): unknown {
  try {
    return options?.[name];
  } catch {
    return options;
  }
}
