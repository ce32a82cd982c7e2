import type { Clock } from '../../common/clock.js';
import { monotonicClock } from '../../common/clock.js';
import { givenOption } from '../../common/given-option.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { isMetricName } from '../../metrics/series/cardinality-limiter.js';
import type { Collectors } from '../runtime/collectors.js';
import { recogniseQueue } from './bullmq-queue.watcher.js';
import { recogniseWorker } from './bullmq-worker.watcher.js';
import { recogniseMysqlPool, recognisePgPool } from './pool.watcher.js';
import { recogniseRedis } from './redis.watcher.js';
import { recogniseSized } from './sized.watcher.js';
import { BAD_WATCH_NAME, NOT_WATCHED, TOO_MANY_WATCHED, WATCHED_TWICE } from './watch.messages.js';
import type { Recognise, Watcher } from './watcher.js';

/** The limit of watched objects. */
const MAX_WATCHED = 200;

/** How something is watched. */
export interface WatchOptions {
  /**
   * The value of its label `queue`, `pool`, `client` or `name`: 1 to 200 characters. Default: the name of the queue for BullMQ,
   * `default` for everything else.
   */
  readonly name?: string | undefined;
}

/** The most general one is last: a queue may have a `size` too. */
const KINDS: readonly Recognise[] = [
  recogniseQueue,
  recogniseWorker,
  recognisePgPool,
  recogniseMysqlPool,
  recogniseRedis,
  recogniseSized,
];

const NOTHING = (): void => {};

/** Everything that the application has passed to `monitor.watch()`. */
export class Watches {
  private readonly stops = new Map<object, () => void>();
  private readonly keys = new Set<string>();

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly collectors: Pick<Collectors, 'addLater'>,
    private readonly clock: Clock = monotonicClock,
  ) {}

  /** @returns a function that stops watching. */
  watch(thing: unknown, options: WatchOptions = {}): () => void {
    const name = givenOption(options, 'name');
    if (name !== undefined && !isMetricName(name)) return this.refuse(() => BAD_WATCH_NAME(name), 'name');
    if (!isObject(thing)) return this.refuse(() => NOT_WATCHED(thing), 'unknown');
    const known = this.stops.get(thing);
    if (known !== undefined) return known;
    if (this.stops.size >= MAX_WATCHED) return this.refuse(() => TOO_MANY_WATCHED(MAX_WATCHED), 'many');
    const watcher = this.recognise(thing, name);
    if (watcher === undefined) return this.refuse(() => NOT_WATCHED(thing), 'unknown');
    const { key } = watcher;
    if (this.keys.has(key)) {
      watcher.stop();
      return this.refuse(() => WATCHED_TWICE(key), key);
    }
    return this.add(thing, watcher);
  }

  private add(thing: object, watcher: Watcher): () => void {
    const remove = this.collectors.addLater(
      { collect: () => watcher.collect?.(), stop: () => watcher.stop() },
      `watch(${watcher.key})`,
    );
    const stop = (): void => {
      // It may be called again, when the object is watched anew.
      if (this.stops.get(thing) !== stop) return;
      this.stops.delete(thing);
      this.keys.delete(watcher.key);
      remove();
      watcher.stop();
    };
    this.stops.set(thing, stop);
    this.keys.add(watcher.key);
    return stop;
  }

  private recognise(thing: object, name: string | undefined): Watcher | undefined {
    const { registry, clock } = this;
    for (const recognise of KINDS) {
      try {
        const watcher = recognise(thing, { registry, clock, name });
        if (watcher !== undefined) return watcher;
      } catch {
        // A proxy or a getter that throws.
      }
    }
    return undefined;
  }

  private refuse(describe: () => string, mistake: string): () => void {
    this.registry.reject('watch()', describe, mistake);
    return NOTHING;
  }
}

/** Not a function, whose `length` is the number of its parameters. */
function isObject(thing: unknown): thing is object {
  return typeof thing === 'object' && thing !== null;
}
