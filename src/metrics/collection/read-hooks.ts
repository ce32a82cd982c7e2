import type { Sliced } from '../../common/slices.js';
import { startInSlices } from '../../common/slices.js';

/** Called before every read, by whoever keeps numbers that are not in the registry yet. */
export interface ReadHook {
  /** First: brings numbers up to date that may have to be waited for. It never throws, and its promise never rejects. */
  collect?(): PromiseLike<unknown> | undefined;
  /** Then: adds what was batched to its series. It never throws. */
  flush?(): void;
}

/** The one place where numbers are brought up to date before a read. */
export class ReadHooks {
  private readonly hooks: ReadHook[] = [];

  /** @param refresh what is done last, in time slices. */
  constructor(private readonly refresh: () => Sliced<void>) {}

  add(hook: ReadHook): void {
    this.hooks.push(hook);
  }

  /** @returns what to wait for; `undefined` if everything is up to date. */
  run(): Promise<void> | undefined {
    const waits = this.hooks.map((hook) => hook.collect?.()).filter((wait) => wait !== undefined);
    return waits.length > 0 ? Promise.all(waits).then(() => this.flush()) : this.flush();
  }

  /** Like {@link run}, without the numbers that may have to be waited for. */
  flush(): Promise<void> | undefined {
    for (const hook of this.hooks) hook.flush?.();
    return startInSlices(this.refresh());
  }
}
