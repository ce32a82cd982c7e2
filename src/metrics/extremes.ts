/** The lowest and highest value that was seen, in the unit of what was seen. */
export interface Extremes {
  min: number;
  max: number;
}

/**
 * The extremes of many gauges over one stretch of time. Adding the same stretch twice changes nothing, so a
 * window that was taken away for a publish that failed can be given back whatever has happened since.
 */
export class ExtremesWindow {
  private readonly extremes = new Map<string, Extremes>();

  /** Widens the entry of one gauge. */
  add(name: string, { min, max }: Extremes): void {
    const known = this.extremes.get(name);
    if (known === undefined) {
      this.extremes.set(name, { min, max });
      return;
    }
    if (min < known.min) known.min = min;
    if (max > known.max) known.max = max;
  }

  /** Widens this window by all of another one. */
  merge(other: ExtremesWindow): void {
    for (const [name, extremes] of other.extremes) this.add(name, extremes);
  }

  entries(): Iterable<[string, Extremes]> {
    return this.extremes;
  }
}
