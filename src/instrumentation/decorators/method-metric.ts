import { isUnawaited } from '../../common/promise.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { copyLabels } from '../../metrics/series/labels.js';
import { BAD_METHOD_LABELS } from './decorators.messages.js';
import type { CallOutcome } from './follow-call.js';
import type { MethodMetricOptions } from './method-metric.options.js';

/** Adds one call to a metric. */
type Add = (registry: MetricsRegistry, labels: KnownLabels, seconds: number) => void;

/** How `@Timed()` or `@Counted()` records. */
export interface MethodMetricKind {
  /** Such as `@Timed()`. */
  readonly decorator: string;
  /** Whether the metric is a duration. */
  readonly isDuration: boolean;
  /** Adds to the monitor's own metric. */
  readonly addOwn: Add;
  /** Returns a function that adds to the application's metric of that name. */
  addTo(name: string): Add;
}

/** What one decorated method records. */
export class MethodMetric {
  private readonly add: Add;
  private readonly described = new WeakSet<MetricsRegistry>();

  /** @param method such as `OrdersService.place`. */
  constructor(
    private readonly kind: MethodMetricKind,
    private readonly method: string,
    private readonly options: MethodMetricOptions,
    private readonly isOfClass: boolean,
  ) {
    this.add = options.name === undefined ? kind.addOwn : kind.addTo(options.name);
  }

  record(
    registry: MetricsRegistry,
    outcome: CallOutcome,
    seconds: number,
    args: unknown[],
    result: unknown,
  ): void {
    const { name } = this.options;
    if (name !== undefined) this.describe(registry, name);
    const method = name === undefined || this.isOfClass ? { method: this.method } : undefined;
    this.add(registry, { ...this.labelsOf(registry, args, result), ...method, outcome }, seconds);
  }

  private labelsOf(registry: MetricsRegistry, args: unknown[], result: unknown): KnownLabels | undefined {
    const { options } = this;
    if (options.labels === undefined) return undefined;
    let given: unknown;
    try {
      given = options.labels(args, result);
      const copy = isUnawaited(given) ? undefined : copyLabels(given);
      if (copy !== undefined) return copy;
    } catch (thrown) {
      given = thrown;
    }
    const { decorator } = this.kind;
    registry.reject(this.method, () => BAD_METHOD_LABELS(decorator, this.method, given), decorator);
    return undefined;
  }

  /** A description that the application has given with `describe()` takes precedence. */
  private describe(registry: MetricsRegistry, name: string): void {
    if (this.described.has(registry)) return;
    this.described.add(registry);
    const known = registry.descriptionOf(name);
    const help = known.help ?? this.options.help;
    const unit = known.unit ?? (this.kind.isDuration ? 'seconds' : undefined);
    if (help !== known.help || unit !== known.unit) registry.describe(name, { help, unit });
  }
}
