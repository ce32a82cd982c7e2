import { isUnawaited } from '../../common/promise.js';
import type { Sliced } from '../../common/slices.js';
import type { Gauge } from '../gauge.js';

/** What went wrong with the function of a gauge. */
export interface GaugeFunctionListener {
  onThrown(name: string, thrown: unknown): void;
  onPromise(name: string): void;
}

interface GaugeFunction {
  readonly name: string;
  readonly read: () => unknown;
}

/** Gauges whose value comes from a function, which is called before each read. */
export class FunctionGauges {
  private readonly functions = new Map<Gauge, GaugeFunction>();
  /** One of the functions may read the monitor itself: it must not be called again for that. */
  private isCalling = false;

  constructor(private readonly listener: GaugeFunctionListener) {}

  /** A gauge that has a function already gets the new one. */
  add(gauge: Gauge, name: string, read: () => unknown): void {
    this.functions.set(gauge, { name, read });
  }

  /** Sets all of them. A function may take any time, so the work can be interrupted after each. */
  *refresh(): Sliced<void> {
    if (this.isCalling) return;
    for (const [gauge, { name, read }] of Array.from(this.functions)) {
      this.isCalling = true;
      this.set(gauge, name, read);
      this.isCalling = false;
      yield;
    }
  }

  private set(gauge: Gauge, name: string, read: () => unknown): void {
    let value: unknown;
    try {
      value = read();
    } catch (thrown) {
      this.listener.onThrown(name, thrown);
      return;
    }
    if (isUnawaited(value)) this.listener.onPromise(name);
    // A gauge refuses what is no finite number.
    else gauge.set(value as number);
  }
}
