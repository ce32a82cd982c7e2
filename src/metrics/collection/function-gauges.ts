import { ownCopy } from '../../common/own-copy.js';
import { isUnawaited } from '../../common/promise.js';
import type { Sliced } from '../../common/slices.js';
import { DroppingGauge } from '../dropping.js';
import type { Gauge } from '../gauge.js';
import * as messages from '../registry.messages.js';

/** Counts and logs a sample that is rejected: see `MetricsRegistry.reject()`. */
type Reject = (name: string, describe: () => string, mistake: string) => void;

interface GaugeFunction {
  readonly name: string;
  readonly read: () => unknown;
}

/** Gauges with a function that returns their value, called before each read. */
export class FunctionGauges {
  private readonly functions = new Map<Gauge, GaugeFunction>();
  /** A function may read the monitor itself, which must not call the functions again. */
  private isCalling = false;

  constructor(private readonly reject: Reject) {}

  /** Replaces the function of a gauge that has one. The handle of a series that was refused gets none. */
  add(gauge: Gauge, name: string, read: unknown): void {
    if (!isGaugeFunction(read)) {
      this.reject(name, () => messages.NO_GAUGE_FUNCTION(name, read), 'no gauge function');
      return;
    }
    if (gauge instanceof DroppingGauge) return;
    this.functions.set(gauge, { name: ownCopy(name), read });
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
      this.reject(name, () => messages.GAUGE_FUNCTION_THREW(name, thrown), 'gauge function threw');
      return;
    }
    if (isUnawaited(value)) {
      this.reject(name, () => messages.GAUGE_FUNCTION_IS_ASYNC(name), 'async gauge function');
      return;
    }
    // A gauge rejects everything but finite numbers.
    gauge.set(value as number);
  }
}

function isGaugeFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
