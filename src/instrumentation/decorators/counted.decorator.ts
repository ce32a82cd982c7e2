import { methodMetricDecorator } from './measured-method.js';
import type { MethodMetricKind } from './method-metric.js';
import type { MethodMetricOptions } from './method-metric.options.js';
import { methodMetricOptions } from './method-metric.options.js';

const COUNTED: MethodMetricKind = {
  decorator: '@Counted()',
  isDuration: false,
  addOwn: (registry, labels) => registry.ownCounter('method_calls', labels).inc(),
  addTo: (name) => (registry, labels) => registry.count(name, 1, labels),
};

/**
 * Counts the calls of a method when they have ended: in the counter `method_calls` with the labels `method="Class.method"` and
 * `outcome`, or in a counter of your own with the label `outcome`. Everything else is as for {@link Timed}, whose histogram
 * has the number of calls too: use this where the duration does not matter.
 *
 * @example
 * \@Counted('payments', { labels: (_args, result) => ({ provider: (result as Payment)?.provider }) })
 * pay(order: Order): Promise<Payment> { ... }
 */
export function Counted(
  name: string,
  options?: Omit<MethodMetricOptions, 'name'>,
): MethodDecorator & ClassDecorator;
export function Counted(options?: MethodMetricOptions): MethodDecorator & ClassDecorator;
export function Counted(
  first?: string | MethodMetricOptions,
  second?: MethodMetricOptions,
): MethodDecorator & ClassDecorator {
  return methodMetricDecorator(COUNTED, methodMetricOptions(COUNTED.decorator, first, second));
}
