import type { Sliced } from '../../common/slices.js';
import { startInSlices } from '../../common/slices.js';

/** Called before every read, for code that has numbers which are not in the registry yet. */
export interface ReadHook {
  /** First: updates numbers, possibly asynchronously. It must not throw, and its promise must not reject. */
  collect?(): PromiseLike<unknown> | undefined;
  /** Then: adds batched numbers to their series. It must not throw. */
  flush?(): void;
}

/** Brings all numbers up to date before a read. */
export class ReadHooks {
  private readonly hooks: ReadHook[] = [];

  /** @param refresh runs last, in time slices. */
  constructor(private readonly refresh: () => Sliced<void>) {}

  add(hook: ReadHook): void {
    this.hooks.push(hook);
  }

  /** @returns a promise to await; `undefined` if everything is up to date. */
  run(): Promise<void> | undefined {
    const waits = this.hooks.map((hook) => hook.collect?.()).filter((wait) => wait !== undefined);
    return waits.length > 0 ? Promise.all(waits).then(() => this.flush()) : this.flush();
  }

  /** Like {@link run}, without calling `collect()`, which may be asynchronous. */
  flush(): Promise<void> | undefined {
    for (const hook of this.hooks) hook.flush?.();
    return startInSlices(this.refresh());
  }
}
