import { ownCopy } from '../../common/own-copy.js';
import type { MakeSeries, Series } from './family.js';
import { Family } from './family.js';
import type { Labels } from './labels.js';

/** All metrics of one kind, by name. */
export class Families<S extends Series> {
  private readonly byName = new Map<string, Family<S>>();

  constructor(
    private readonly make: MakeSeries<S>,
    /** Whether a series of this kind can take a value. */
    readonly accepts: (value: unknown) => boolean,
    private readonly onRefusal: (name: string, value: unknown) => void,
  ) {}

  /** The series of that name and these labels, if it is found at once. This is where nearly every sample goes. */
  find(name: string, labels: Labels | undefined): S | undefined {
    return this.byName.get(name)?.find(labels);
  }

  /** How many metrics there are; they only ever become more. */
  get size(): number {
    return this.byName.size;
  }

  family(name: string): Family<S> | undefined {
    return this.byName.get(name);
  }

  add(name: string): Family<S> {
    const ownName = ownCopy(name);
    const family = new Family(ownName, this.make, this.onRefusal);
    this.byName.set(ownName, family);
    return family;
  }

  all(): Iterable<Family<S>> {
    return this.byName.values();
  }
}
