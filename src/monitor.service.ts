import { Inject, Injectable } from '@nestjs/common';
import { MetricsReader } from './metrics/reader.js';
import { MetricsRegistry } from './metrics/registry.js';
import type { MetricsSnapshot } from './metrics/snapshot.js';

/**
 * Takes the numbers of an application, and shows all that the monitor knows.
 *
 * Nothing here throws into its caller. A sample that cannot be taken (a value that is not a finite number, a
 * name that is empty or longer than 200 characters) is dropped and counted in `monitor_rejected_samples`, and
 * the log has one warning for each such name.
 */
@Injectable()
export class MonitorService {
  constructor(
    @Inject(MetricsRegistry) private readonly registry: MetricsRegistry,
    @Inject(MetricsReader) private readonly reader: MetricsReader,
  ) {}

  /**
   * Adds to a counter: how often something has happened, or how much of it.
   *
   * @param name any text of 1 to 200 characters. The counter comes to exist with its first sample.
   * @param value what to add: a finite number that is not negative. Default: 1.
   *
   * @example
   * this.monitor.count('orders');
   * this.monitor.count('bytes_sent', body.length);
   */
  count(name: string, value?: number): void {
    this.registry.count(name, value);
  }

  /**
   * Sets a gauge: what something measures now. The highest and the lowest value that it was set to are kept for
   * each reader, until that reader looks.
   *
   * @param name any text of 1 to 200 characters.
   * @param value any finite number.
   *
   * @example
   * this.monitor.kv('queue_length', queue.length);
   */
  kv(name: string, value: number): void {
    this.registry.kv(name, value);
  }

  /**
   * All that the monitor knows now. Opens a new window for the reader: its next look has the extremes of the
   * gauges since this one.
   *
   * @param reader who is looking. Each reader has a window of its own, so that no two ever take extremes away
   * from each other. `http` is the endpoint, `publisher:1` the first publisher. At most 100 are remembered; the
   * one that has not looked for longest is forgotten, and sees the extremes since the start when it comes back.
   * Default: `default`.
   */
  metrics(reader = 'default'): Promise<MetricsSnapshot> {
    return Promise.resolve(this.reader.read(String(reader)).metrics);
  }
}
