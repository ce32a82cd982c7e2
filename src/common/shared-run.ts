/**
 * Runs asynchronous work once at a time. All who ask while it runs share the next run, which begins after they have asked: so
 * nobody gets what was found out before.
 */
export class SharedRun<T> {
  private current: Promise<T> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly work: () => Promise<T>) {}

  run(): Promise<T> {
    const { current } = this;
    if (current === undefined) return this.begin();
    this.next ??= current
      .catch(() => {})
      .then(() => {
        this.next = undefined;
        return this.begin();
      });
    return this.next;
  }

  private begin(): Promise<T> {
    const running = this.work().finally(() => {
      if (this.current === running) this.current = undefined;
    });
    this.current = running;
    return running;
  }
}
