import type { Rule, Rules } from '../../common/options/option-rules.js';
import { YES_OR_NO } from '../../common/options/option-rules.js';
import type { Collector } from './collector.js';
import { isCollector } from './collector.js';

/** Which metrics of the process and its runtime are measured. */
export interface CollectorsOptions {
  /** The `process` section: uptime, memory, CPU, threads and descriptors. With `false`, all of it is `null`. Default: true. */
  process?: boolean | undefined;
  /** The event loop: `ioloop_*`, `callback*`, `eventloop_*`, `active_resources`, and `worker_*` of worker threads. Default: true. */
  eventLoop?: boolean | undefined;
  /** JavaScript memory: `heap_*`, `external_bytes` and `array_buffers_bytes`. Default: true. */
  memory?: boolean | undefined;
  /** Garbage collections: `gc_duration`. Default: true. */
  gc?: boolean | undefined;
  /** Your own collectors. Default: none. */
  own?: Collector | readonly Collector[] | undefined;
}

/** The options after validation, with their defaults. */
export interface ResolvedCollectorsOptions {
  readonly process: boolean;
  readonly eventLoop: boolean;
  readonly memory: boolean;
  readonly gc: boolean;
  readonly own: readonly Collector[];
}

export const COLLECTORS_RULES: Record<keyof CollectorsOptions, Rule> & Rules = {
  process: YES_OR_NO,
  eventLoop: YES_OR_NO,
  memory: YES_OR_NO,
  gc: YES_OR_NO,
  own: {
    allowed: 'an object with at least one of the methods start(), collect() and stop(), or an array of these',
    accepts: (value) => (Array.isArray(value) ? value.every(isCollector) : isCollector(value)),
  },
};

export function resolveCollectorsOptions(options: CollectorsOptions = {}): ResolvedCollectorsOptions {
  const { process = true, eventLoop = true, memory = true, gc = true, own = [] } = options;
  return Object.freeze({ process, eventLoop, memory, gc, own: Object.freeze([own].flat()) });
}
