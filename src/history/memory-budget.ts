/** Limits the memory that grows with the recorded values. */
export class MemoryBudget {
  private used = 0;

  /** @param limit in bytes. */
  constructor(private readonly limit: number) {}

  get usedBytes(): number {
    return this.used;
  }

  /** @returns whether the budget allows it. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}
