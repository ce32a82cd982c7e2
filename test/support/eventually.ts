import { vi } from 'vitest';

/** Waits until nothing is thrown any longer: at most so long that a machine must be stuck, and no longer than it takes. */
export function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: 20_000, interval: 10 });
}
