import { isUnawaited } from '../../common/promise.js';
import type { Sliced } from '../../common/slices.js';
import type { Gauge } from '../gauge.js';

/** Called when the function of a gauge fails. */
export interface GaugeFunctionListener {
  onThrown(name: string, thrown: unknown): void;
  onPromise(name: string): void;
}

interface GaugeFunction {
  readonly name: string;
  readonly read: () => unknown;
}

/** Gauges with a function that returns their value, called before each read. */
export class FunctionGauges {
  private readonly functions = new Map<Gauge, GaugeFunction>();
  /** A function may read the monitor itself, which must not call the functions again. */
  private isCalling = false;

  constructor(private readonly listener: GaugeFunctionListener) {}

  /** Replaces the function of a gauge that has one. */
  add(gauge: Gauge, name: string, read: () => unknown): void {
    this.functions.set(gauge, { name, read });
  }

  /** Sets all gauges. A function can be slow, so a time slice can end after each. */
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
    // A gauge rejects everything but finite numbers.
    else gauge.set(value as number);
  }
}
