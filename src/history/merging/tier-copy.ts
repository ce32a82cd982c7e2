import type { Step } from '../history-document.js';

/** The most figures of one series: those of a histogram. */
export const MOST_FIGURES = 4;

/** How many steps a tier may have above its limit before the oldest are removed. */
const SPARE = 60;

/** The steps of one length of one process, as another process knows them. */
export class TierCopy {
  /** The ends of the steps in milliseconds since 1970, ascending, rounded to multiples of their length, since clocks differ a little. */
  readonly slots: number[] = [];
  /** How long each step took, in seconds. */
  private lengths: number[] = [];
  /** By place: the index of the series times {@link MOST_FIGURES}, plus that of the figure. `NaN` for none. */
  private columns: (number[] | undefined)[] = [];
  private readonly heats = new Map<number, (readonly number[] | undefined)[]>();

  /** @param kept how many steps must be kept. */
  constructor(
    readonly step: Step,
    readonly kept: number,
  ) {}

  get last(): number {
    return this.slots.at(-1) ?? -Infinity;
  }

  /** The slot that a step belongs to. */
  slotOf(time: number): number {
    const length = this.step * 1000;
    return Math.round(time / length) * length;
  }

  /**
   * @param seconds how long the step took; `NaN` if that is not known.
   * @returns the row for this slot; `undefined` if it is not after the last slot.
   */
  begin(slot: number, seconds: number): number | undefined {
    if (slot <= this.last) return undefined;
    this.lengths.push(seconds > 0 ? seconds : this.step);
    return this.slots.push(slot) - 1;
  }

  /** How long a step took, in seconds; `NaN` for a row that does not exist. */
  secondsOf(row: number): number {
    return this.lengths[row] ?? Number.NaN;
  }

  set(place: number, row: number, value: number): void {
    if (Number.isNaN(value)) return;
    const column = (this.columns[place] ??= []);
    while (column.length < row) column.push(Number.NaN);
    column[row] = value;
  }

  /** `NaN` for none. */
  get(place: number, row: number): number {
    return this.columns[place]?.[row] ?? Number.NaN;
  }

  has(place: number): boolean {
    return this.columns[place] !== undefined;
  }

  setHeat(series: number, row: number, counts: readonly number[]): void {
    let heat = this.heats.get(series);
    if (heat === undefined) this.heats.set(series, (heat = []));
    heat[row] = counts;
  }

  hasHeat(series: number): boolean {
    return this.heats.has(series);
  }

  heat(series: number, row: number): readonly number[] | undefined {
    return this.heats.get(series)?.[row];
  }

  /** @returns a copy without the steps that have no values: the process did not run then, and its gauges kept their values. */
  withoutGaps(): TierCopy {
    const rows = [...this.slots.keys()].filter((row) =>
      this.columns.some((column) => !Number.isNaN(column?.[row] ?? Number.NaN)),
    );
    const copy = new TierCopy(this.step, this.kept);
    for (const row of rows) copy.begin(this.slots[row] as number, this.secondsOf(row));
    copy.columns = this.columns.map((column) => column && rows.map((row) => column[row] ?? Number.NaN));
    for (const [series, heat] of this.heats)
      copy.heats.set(
        series,
        rows.map((row) => heat[row]),
      );
    return copy;
  }

  /** @returns this, or a copy without the oldest steps, so that a merge in progress can continue to read this one. */
  trimmed(): TierCopy {
    const excess = this.slots.length - this.kept;
    if (excess <= SPARE) return this;
    const copy = new TierCopy(this.step, this.kept);
    for (const slot of this.slots.slice(excess)) copy.slots.push(slot);
    copy.lengths = this.lengths.slice(excess);
    copy.columns = this.columns.map((column) => column?.slice(excess));
    for (const [series, heat] of this.heats) copy.heats.set(series, heat.slice(excess));
    return copy;
  }
}
