import type { MetricDefinition } from './definitions/metric-definition.js';
import type { Description } from './description.js';

/** Descriptions of metrics by name, from the definitions, the options and `describe()`. */
export class Descriptions {
  private readonly given = new Map<string, Description>();
  private readonly configured = new Map<string, Description>();

  constructor(private readonly definitions: ReadonlyMap<string, MetricDefinition>) {}

  /** The description of a metric; empty without one. `describe()` takes precedence over options and definition. */
  of(name: string): Description {
    const { help, unit, aggregate } = this.definitions.get(name) ?? {};
    return {
      ...(help !== undefined && { help }),
      ...(unit !== undefined && { unit }),
      ...(aggregate !== undefined && { aggregate }),
      ...this.configured.get(name),
      ...this.given.get(name),
    };
  }

  /** Merges a description from `describe()` into earlier ones. */
  add(name: string, description: Description): void {
    this.given.set(name, { ...this.given.get(name), ...description });
  }

  /** Sets the description that an option gives to a metric of the monitor. It does not count toward the limit. */
  configure(name: string, description: Description): void {
    this.configured.set(name, description);
  }

  /** Whether the application can describe this metric, with at most `max` descriptions. */
  hasRoomFor(name: string, max: number): boolean {
    return this.given.has(name) || this.definitions.has(name) || this.given.size < max;
  }
}
