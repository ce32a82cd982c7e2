import type { MetricDefinition } from './definitions/metric-definition.js';
import type { Description } from './description.js';

/** Descriptions of metrics by name: those of the definitions, and what the application says by `describe()`. */
export class Descriptions {
  private readonly given = new Map<string, Description>();
  private readonly configured = new Map<string, Description>();

  constructor(private readonly definitions: ReadonlyMap<string, MetricDefinition>) {}

  /** What is known of a metric; empty if nothing is. What the application says comes before the definition. */
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

  /** Adds to what the application has said of a metric before. */
  add(name: string, description: Description): void {
    this.given.set(name, { ...this.given.get(name), ...description });
  }

  /** What an option says of a metric of the monitor. It takes no room from those of the application. */
  configure(name: string, description: Description): void {
    this.configured.set(name, description);
  }

  /** Whether the application can describe this metric, if it may describe at most `max` of them. */
  hasRoomFor(name: string, max: number): boolean {
    return this.given.has(name) || this.definitions.has(name) || this.given.size < max;
  }
}
