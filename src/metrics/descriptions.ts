import type { Description } from './description.js';

/** What is known of metrics, by name. */
export class Descriptions extends Map<string, Description> {
  /** How often something was said. */
  revision = 0;
  private readonly ownNames = new Set<string>();

  override set(name: string, description: Description): this {
    this.revision++;
    return super.set(name, description);
  }

  /** Says what a metric of the monitor itself is. It takes no room from those of the application. */
  addOwn(name: string, description: Description): void {
    this.ownNames.add(name);
    this.set(name, description);
  }

  /** Whether one more can be described, if at most so many may be. */
  hasRoomFor(name: string, max: number): boolean {
    return this.has(name) || this.size - this.ownNames.size < max;
  }
}
