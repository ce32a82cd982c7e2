import type { Counter } from './counter.js';

/** One warning per name, and no more names than this: a flood of bad names must not become a flood of log lines. */
const MAX_WARNINGS = 100;

/** Counts how often something went wrong with a sample, and warns of it once per name. */
export class CountedWarnings {
  private readonly warned = new Set<string>();

  /**
   * @param counter gives the counter. It is asked for when something goes wrong first, so that a process in good
   * health has no such counter in its document.
   * @param warn takes the text of a warning.
   */
  constructor(
    private readonly counter: () => Counter,
    private readonly warn: (text: string) => void,
  ) {}

  /**
   * @param key what is warned of once only.
   * @param describe gives the text of the warning, if there is one to give.
   */
  add(key: string, describe: () => string): void {
    this.counter().inc();
    if (this.warned.has(key) || this.warned.size >= MAX_WARNINGS) return;
    this.warned.add(key);
    try {
      this.warn(describe());
    } catch {
      // A logger that fails must not become the problem of whoever counts something.
    }
  }
}
