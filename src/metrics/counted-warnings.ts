import type { Counter } from './counter.js';

/** At most so many lines in the log: a flood of bad names must not become a flood of log lines. */
const MAX_WARNINGS = 100;

/** Counts what went wrong, and logs the first occurrence of each mistake. */
export class CountedWarnings {
  private readonly warned = new Set<string>();

  /**
   * @param counter gives the counter. Called with the first mistake, so that a process without one has no such counter
   * in its document.
   * @param log takes the text of a warning.
   */
  constructor(
    private readonly counter: () => Counter,
    private readonly log: (text: string) => void,
  ) {}

  /** Counts one occurrence, and logs it as {@link warn} does. */
  add(key: string, describe: () => string): void {
    this.counter().inc();
    this.warn(key, describe);
  }

  /**
   * Logs without counting.
   *
   * @param key stands for the mistake: it is logged once.
   * @param describe gives the text; called only if it is logged.
   */
  warn(key: string, describe: () => string): void {
    if (this.warned.has(key) || this.warned.size >= MAX_WARNINGS) return;
    this.warned.add(key);
    try {
      this.log(describe());
    } catch {
      // A logger that throws must not harm whoever counts something.
    }
  }
}
