import type { Figure, Step } from './history-document.js';
import { RingColumn } from './ring-column.js';
import { RingHeat } from './ring-heat.js';
import type { SeriesSteps } from './series-steps.js';
import { FIGURES_OF } from './step-figures.js';

/** Rows beyond the visible ones, so that a read in time slices does not see rows that are overwritten meanwhile. */
const SPARE_ROWS = 3;

/** The columns of one series in one tier. */
export interface TierColumns {
  readonly figures: readonly Figure[];
  readonly columns: readonly RingColumn[];
  readonly heat: RingHeat | undefined;
}

/** A row to be written. */
export interface NewRow {
  readonly row: number;
  /** How long it took, in seconds. It is more than the length of the step if rows before it were left out. */
  readonly seconds: number;
  readonly sequence: number;
}

/**
 * All steps of one length. A row is a step, numbered from a moment in the past. If nothing was read for a row, because the process
 * was suspended, it exists and has no values.
 */
export class HistoryTier {
  private readonly capacity: number;
  /** For each row, the number of the step, from which a client continues; 0 for a row without values. */
  private readonly sequences: Float64Array;
  /** How long each row took, in seconds. */
  private readonly seconds: RingColumn;
  private first = 0;
  private last = -1;

  /** @param rows how many are kept. */
  constructor(
    readonly step: Step,
    private readonly rows: number,
  ) {
    this.capacity = rows + SPARE_ROWS;
    this.sequences = new Float64Array(this.capacity);
    this.seconds = new RingColumn(this.capacity);
  }

  /** The first row that is kept; greater than {@link lastRow} if there is none. */
  get firstRow(): number {
    return Math.max(this.first, this.last - this.rows + 1);
  }

  get lastRow(): number {
    return this.last;
  }

  columnsFor(steps: SeriesSteps): TierColumns {
    const figures = FIGURES_OF[steps.kind];
    return {
      figures,
      columns: figures.map(() => new RingColumn(this.capacity)),
      heat: steps.heat && new RingHeat(this.capacity),
    };
  }

  /** Begins a row. Rows that were left out have no values. */
  begin({ row, seconds, sequence }: NewRow, all: Iterable<TierColumns>): void {
    if (this.last < 0) this.first = row;
    const from = this.last < 0 ? row : Math.max(this.last + 1, row - this.capacity + 1);
    if (from < row) {
      for (const { columns, heat } of all) {
        for (let gap = from; gap < row; gap++) {
          for (const column of columns) column.set(gap, Number.NaN);
          heat?.set(gap, undefined);
        }
      }
      for (let gap = from; gap < row; gap++) {
        this.sequences[gap % this.capacity] = 0;
        this.seconds.set(gap, Number.NaN);
      }
    }
    this.seconds.set(row, seconds);
    this.sequences[row % this.capacity] = sequence;
    this.last = row;
  }

  /** Writes the figures of a series to the row that was begun last. */
  write({ columns, heat }: TierColumns, steps: SeriesSteps): void {
    const figures = this.step === 1 ? steps.last : steps.lastLong;
    for (let at = 0; at < columns.length; at++) columns[at]?.set(this.last, figures[at] ?? Number.NaN);
    heat?.set(this.last, this.step === 1 ? steps.heat?.last : steps.heat?.lastLong);
  }

  /** How long a row took; `NaN` for one that was left out. */
  secondsOf(row: number): number {
    return this.seconds.get(row);
  }

  sequenceOf(row: number): number {
    return this.sequences[row % this.capacity] ?? 0;
  }

  /** The rows with a higher number than this, the oldest first. */
  rowsAfter(sequence: number): number[] {
    const rows: number[] = [];
    for (let row = this.last; row >= this.firstRow; row--) {
      const own = this.sequenceOf(row);
      if (own === 0) continue;
      if (own <= sequence) break;
      rows.push(row);
    }
    return rows.reverse();
  }
}
