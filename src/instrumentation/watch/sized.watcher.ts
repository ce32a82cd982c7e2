import { isUnawaited } from '../../common/promise.js';
import { WatchedGauges } from './watched-gauges.js';
import type { Recognise, WatchContext, Watcher } from './watcher.js';

/** An object with a `size`, a `length` or a `pending`, as a number or as a method. */
interface Sized {
  readonly size?: unknown;
  readonly length?: unknown;
  readonly pending?: unknown;
}

export const recogniseSized: Recognise = (thing, context) =>
  numberIn(thing, 'size') === undefined && numberIn(thing, 'length') === undefined
    ? undefined
    : new SizedWatcher(thing, context);

class SizedWatcher implements Watcher {
  readonly key: string;
  private readonly gauges: WatchedGauges;

  constructor(
    private readonly thing: Sized,
    { name = 'default', registry }: WatchContext,
  ) {
    this.key = `size ${name}`;
    this.gauges = new WatchedGauges(registry, { name });
  }

  collect(): void {
    this.gauges.set('watched_size', numberIn(this.thing, 'size') ?? numberIn(this.thing, 'length'));
    this.gauges.set('watched_pending', numberIn(this.thing, 'pending'));
  }

  stop(): void {
    this.gauges.clear();
  }
}

function numberIn(thing: Sized, name: keyof Sized): number | undefined {
  const value = thing[name];
  const number: unknown = typeof value === 'function' ? (value as () => unknown).call(thing) : value;
  if (typeof number === 'number') return number;
  // An asynchronous one is not awaited.
  isUnawaited(number);
  return undefined;
}
