import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import { ownCopy } from '../../common/own-copy.js';
import type { Sliced } from '../../common/slices.js';
import { DroppingGauge } from '../dropping.js';
import type { Gauge } from '../gauge.js';
import * as messages from '../registry.messages.js';
import { MAX_LABEL_LENGTH } from '../series/labels.js';
import { metricText } from '../series/series-name.js';
import type { Reject } from './gauge-function.js';
import { GaugeFunctionCaller } from './gauge-function.js';

/** What function gauges need from the registry. */
interface FunctionGaugesOptions {
  readonly reject: Reject;
  /** The ages of the values of gauges, by the name of their series. */
  readonly ages: {
    set(gauge: string, seconds: number): void;
    remove(gauge: string): void;
  };
  readonly clock?: Clock;
}

/** Gauges with a function that returns their value, called before each read. */
export class FunctionGauges {
  private readonly callers = new Map<object, GaugeFunctionCaller>();
  /** A function may read the monitor itself, which must not call the functions again. */
  private isCalling = false;

  constructor(private readonly options: FunctionGaugesOptions) {}

  /** Sets the function of a gauge, or replaces it. The handle of a refused series gets none. */
  add(gauge: Gauge, name: string, read: unknown, options?: unknown): void {
    const { reject, clock = realClock } = this.options;
    if (!isGaugeFunction(read)) {
      reject(name, () => messages.NO_GAUGE_FUNCTION(name, read), 'no gauge function');
      return;
    }
    if (gauge instanceof DroppingGauge) return;
    this.remove(gauge);
    this.callers.set(gauge, new GaugeFunctionCaller(gauge, ownCopy(name), read, options, reject, clock));
  }

  /** Removes the function and the age of a series that was removed, or that gets another function. */
  remove(series: object): void {
    const caller = this.callers.get(series);
    if (caller === undefined) return;
    this.callers.delete(series);
    if (caller.age !== undefined) this.options.ages.remove(ageLabelOf(caller));
    caller.stop();
  }

  /** Updates all gauges. A function can be slow, so a time slice can end after each. */
  *refresh(): Sliced<void> {
    if (this.isCalling) return;
    for (const caller of Array.from(this.callers.values())) {
      this.isCalling = true;
      caller.update();
      this.isCalling = false;
      const { age } = caller;
      if (age !== undefined) this.options.ages.set(ageLabelOf(caller), age);
      yield;
    }
  }
}

/** The name of its series, such as `queue_length{queue="mail"}`. */
function ageLabelOf({ gauge, name }: GaugeFunctionCaller): string {
  return (metricText(name) + gauge.labels).slice(0, MAX_LABEL_LENGTH);
}

function isGaugeFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
