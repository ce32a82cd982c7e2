import type { Counter } from '../../src/metrics/counter.js';
import type { Description } from '../../src/metrics/description.js';
import type { ObserveOptions } from '../../src/metrics/histogram/exemplar.js';
import type { HistogramSeries } from '../../src/metrics/histogram/histogram-series.js';
import type { KnownLabels, Labels } from '../../src/metrics/series/labels.js';
import { TestRegistry } from './registry.js';

/**
 * A registry that shares its samples with a second one: every second sample of a counter or histogram goes there, and every
 * second gauge. Merged, both have the values of one registry.
 */
export class SplitRegistry extends TestRegistry {
  readonly second = new TestRegistry();
  private turn = 0;

  override count(name: string, value?: number, labels?: Labels): void {
    if (this.isOther()) this.second.count(name, value, labels);
    else super.count(name, value, labels);
  }

  override kv(name: string, value: number, labels?: Labels): void {
    if (name.length % 2 === 0) this.second.kv(name, value, labels);
    else super.kv(name, value, labels);
  }

  override observe(name: string, value: number, labels?: Labels, options?: ObserveOptions): void {
    if (this.isOther()) this.second.observe(name, value, labels, options);
    else super.observe(name, value, labels, options);
  }

  override describe(name: string, description: Description): void {
    super.describe(name, description);
    this.second.describe(name, description);
  }

  override limitSeries(maxSeries: number): void {
    super.limitSeries(maxSeries);
    this.second.limitSeries(maxSeries);
  }

  override ownCounter(name: string, labels?: KnownLabels): Counter {
    return this.isOther() ? this.second.ownCounter(name, labels) : super.ownCounter(name, labels);
  }

  override ownHistogram(name: string, labels?: KnownLabels): HistogramSeries {
    return this.isOther() ? this.second.ownHistogram(name, labels) : super.ownHistogram(name, labels);
  }

  private isOther(): boolean {
    return this.turn++ % 2 === 1;
  }
}
