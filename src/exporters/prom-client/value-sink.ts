import { classicHistogramOf } from '../prometheus/classic-histogram.js';
import type { ConstantLabels } from '../prometheus/constant-labels.js';
import type { HistogramSample, SampleSink } from '../prometheus/exposition-family.js';
import type { PromClientValue } from './prom-client.registry.js';

/** Collects the samples of one family as values of prom-client. */
export class ValueSink implements SampleSink {
  readonly values: PromClientValue[] = [];

  constructor(
    private readonly name: string,
    /** Whether a histogram with negative values has a sum and a count, which OpenMetrics does not allow. */
    private readonly allowsNegativeSum: boolean,
    private readonly constant: ConstantLabels,
  ) {}

  number(labels: string, value: number): void {
    this.values.push({ value, labels: labelsIn(this.constant.addTo(labels)) });
  }

  histogram(text: string, { view, layout }: HistogramSample): void {
    const { bounds, counts, count, sum, hasNegative } = classicHistogramOf(view, layout);
    const labels = labelsIn(this.constant.addTo(text));
    const add = (suffix: string, value: number, le?: number | string) => {
      const all = le === undefined ? { ...labels } : { le, ...labels };
      this.values.push({ labels: all, value, metricName: this.name + suffix });
    };
    for (const [at, bound] of bounds.entries()) add('_bucket', counts[at] ?? 0, bound);
    add('_bucket', count, '+Inf');
    if (hasNegative && !this.allowsNegativeSum) return;
    add('_sum', sum);
    add('_count', count);
  }
}

const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/gs;

/** Parses labels as the text formats of Prometheus write them. */
function labelsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(text.matchAll(LABEL), ([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/gs, (_escape, one: string) => (one === 'n' ? '\n' : one)),
    ]),
  );
}
