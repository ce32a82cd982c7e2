import { methodMetricDecorator } from './measured-method.js';
import type { MethodMetricKind } from './method-metric.js';
import type { MethodMetricOptions } from './method-metric.options.js';
import { methodMetricOptions } from './method-metric.options.js';

const TIMED: MethodMetricKind = {
  decorator: '@Timed()',
  isDuration: true,
  addOwn: (registry, labels, seconds) => registry.ownHistogram('method_duration', labels).observe(seconds),
  addTo: (name) => (registry, labels, seconds) => registry.observe(name, seconds, labels),
};

/**
 * Records how long the calls of a method take, in seconds: in the histogram `method_duration` with the labels
 * `method="Class.method"` and `outcome`, or in a histogram of your own with the label `outcome`, which is `ok`, `error` or
 * `cancelled`. On a class, it records all methods that the class defines itself, except Nest's lifecycle hooks.
 *
 * A call lasts until its promise settles, its Observable completes (each subscription is a call), or its asynchronous iterator
 * has given its last value. It works in every object that Nest creates or has as a provider: providers and controllers of any
 * scope, gateways, resolvers. An object that you create with `new` records nothing, nor does an application without
 * `MonitorModule`.
 *
 * @throws MonitorOptionsError for an option that is unknown or has a value that is not allowed, and TypeError on anything but a
 * class or a method, when the class is defined.
 *
 * @example
 * \@Timed()
 * async place(order: Order): Promise<Receipt> { ... }
 *
 * @example
 * \@Timed('checkout', { labels: ([order]: [Order]) => ({ currency: order.currency }) })
 */
export function Timed(
  name: string,
  options?: Omit<MethodMetricOptions, 'name'>,
): MethodDecorator & ClassDecorator;
export function Timed(options?: MethodMetricOptions): MethodDecorator & ClassDecorator;
export function Timed(
  first?: string | MethodMetricOptions,
  second?: MethodMetricOptions,
): MethodDecorator & ClassDecorator {
  return methodMetricDecorator(TIMED, methodMetricOptions(TIMED.decorator, first, second));
}
