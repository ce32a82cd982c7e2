import type { Counter } from './counter.js';

/** The most warnings that are logged, so that many bad names do not fill the log. */
const MAX_WARNINGS = 100;

/** Counts mistakes, and logs the first occurrence of each. */
export class CountedWarnings {
  private readonly warned = new Set<string>();

  /**
   * @param counter returns the counter. It is called with each mistake, so that the counter exists only after the first one.
   * @param log logs a warning.
   */
  constructor(
    private readonly counter: () => Counter,
    private readonly log: (text: string) => void,
  ) {}

  /** Counts one occurrence, and calls {@link warn}. */
  add(key: string, describe: () => string): void {
    this.counter().inc();
    this.warn(key, describe);
  }

  /**
   * Logs without counting.
   *
   * @param key identifies the mistake, which is logged once.
   * @param describe returns the text.
   */
  warn(key: string, describe: () => string): void {
    if (this.warned.has(key) || this.warned.size >= MAX_WARNINGS) return;
    this.warned.add(key);
    try {
      this.log(describe());
    } catch {
      // An error of the logger must not reach the caller of count().
    }
  }
}
