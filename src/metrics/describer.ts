import { ownCopy } from '../common/own-copy.js';
import type { MetricDefinition, MetricKind } from './definitions/metric-definition.js';
import type { Description } from './description.js';
import { checkDescription } from './description.js';
import { Descriptions } from './descriptions.js';
import type { RejectedSamples } from './rejected-samples.js';
import * as messages from './registry.messages.js';
import { isMetricName } from './series/cardinality-limiter.js';

/** What the describer needs from the registry. */
export interface DescriberOptions {
  readonly definitions: ReadonlyMap<string, MetricDefinition>;
  readonly rejected: RejectedSamples;
  /** The kind of the metric of that name, if there is one. */
  readonly kindOf: (name: string) => MetricKind | undefined;
  readonly maxDescriptions: () => number;
}

/** Checks and stores the descriptions of metrics, and logs invalid ones. */
export class Describer {
  private readonly descriptions: Descriptions;
  /** Histograms whose classic buckets are for exporters only. */
  private readonly unlisted = new Set<string>();
  private changes = 0;

  constructor(private readonly options: DescriberOptions) {
    this.descriptions = new Descriptions(options.definitions);
  }

  /** Changes with every description. */
  get revision(): number {
    return this.changes;
  }

  of(name: string): Description {
    return this.descriptions.of(name);
  }

  /** Whether the classic buckets of a histogram are part of the document. */
  listsBuckets(name: string): boolean {
    return !this.unlisted.has(name);
  }

  describe(name: string, given: Description): void {
    const { rejected } = this.options;
    const { description, problem, unknown } = checkDescription(given);
    const broken = problem ?? this.problemWith(name, description);
    if (broken !== undefined) {
      rejected.add(name, () => messages.BAD_DESCRIPTION(name, broken), broken);
      return;
    }
    if (unknown.length > 0) {
      rejected.warn(name, () => messages.UNKNOWN_DESCRIPTION_KEYS(name, unknown), 'unknown keys');
    }
    if (description === undefined) return;
    this.descriptions.add(ownCopy(name), description);
    this.changes++;
  }

  configureBuckets(name: string, buckets: readonly number[], areListed: boolean): void {
    this.descriptions.configure(name, { buckets });
    if (!areListed) this.unlisted.add(name);
    this.changes++;
  }

  private problemWith(name: unknown, description: Description | undefined): string | undefined {
    const { definitions, kindOf, maxDescriptions } = this.options;
    if (!isMetricName(name)) return messages.BAD_NAME;
    const max = maxDescriptions();
    if (!this.descriptions.hasRoomFor(name, max)) return messages.TOO_MANY_DESCRIPTIONS(max);
    if (description?.buckets === undefined) return undefined;
    const existing = kindOf(name);
    const kind = existing ?? definitions.get(name)?.kind ?? 'histogram';
    if (kind !== 'histogram') return messages.BUCKETS_OF_OTHER_KIND(kind);
    return existing === undefined ? undefined : messages.LATE_BUCKETS;
  }
}
