import { vi } from 'vitest';

/** Repeats a check until it does not throw. The timeout only ends a test that hangs; it is long enough for a busy machine. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 60_000, interval: 10 });
}
