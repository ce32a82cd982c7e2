/**
 * The last values of one figure, as 32-bit floats: seven significant digits, at half the memory. It takes no memory before the
 * first value.
 */
export class RingColumn {
  private values: Float32Array | undefined;

  constructor(private readonly capacity: number) {}

  /** @param value `NaN` for none. */
  set(row: number, value: number): void {
    if (this.values === undefined) {
      if (Number.isNaN(value)) return;
      this.values = new Float32Array(this.capacity).fill(Number.NaN);
    }
    this.values[row % this.capacity] = value;
  }

  /** `NaN` for none. The row must be one of the last {@link capacity}. */
  get(row: number): number {
    return this.values?.[row % this.capacity] ?? Number.NaN;
  }

  get isEmpty(): boolean {
    return this.values === undefined;
  }
}
