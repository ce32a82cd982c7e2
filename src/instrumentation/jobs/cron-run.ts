import { types } from 'node:util';
import { isPromise } from '../../common/promise.js';
import { withOutcome } from '../outcome.js';

/** One run of a `CronJob`, which lasts until `fireOnTick()` and the promises of all its callbacks have settled. */
export class CronRun {
  /** What has not ended: `fireOnTick()` itself, and the promises of callbacks. */
  private open = 1;
  private isOk = true;

  constructor(private readonly onEnd: (isOk: boolean) => void) {}

  /**
   * Calls a callback.
   *
   * @returns what `cron` gets instead of its result. It behaves the same way: older versions of `cron` ignore the result unless
   * `waitForCompletion` is set, and the rejection of a promise is unhandled then.
   */
  call(callback: () => unknown): unknown {
    let result: unknown;
    try {
      result = callback();
    } catch (thrown) {
      this.isOk = false;
      throw thrown;
    }
    if (types.isPromise(result)) return this.follow(result);
    if (!isPromise(result)) return result;
    // The query of a database library runs each time that it is awaited, and not before.
    const query = result;
    let promise: Promise<unknown> | undefined;
    const run = (): Promise<unknown> => (promise ??= this.follow(query));
    return {
      // oxlint-disable-next-line unicorn/no-thenable -- It stands for an object that has it.
      then: (...handlers: Parameters<Promise<unknown>['then']>) => run().then(...handlers),
      catch: (...handlers: Parameters<Promise<unknown>['catch']>) => run().catch(...handlers),
    };
  }

  /** `fireOnTick()` has settled. */
  end(): void {
    this.close(true);
  }

  private follow(result: PromiseLike<unknown>): Promise<unknown> {
    this.open++;
    return withOutcome(
      () => Promise.resolve(result),
      (isOk) => this.close(isOk),
    );
  }

  private close(isOk: boolean): void {
    this.isOk &&= isOk;
    if (--this.open === 0) this.onEnd(this.isOk);
  }
}
