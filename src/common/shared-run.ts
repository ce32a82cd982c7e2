/**
 * Runs asynchronous work once at a time. All callers during a run share the next run. That begins after their calls, so no caller
 * gets a result that is older than its call.
 */
export class SharedRun<T> {
  private current: Promise<T> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly work: () => Promise<T>) {}

  run(): Promise<T> {
    // For some microtasks after a run, the next one has not begun yet: it is also that of a caller who calls then.
    if (this.next !== undefined) return this.next;
    if (this.current === undefined) return this.begin();
    this.next = this.current
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
