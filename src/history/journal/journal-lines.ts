import type { HistorySeries } from '../history-document.js';
import type { StoredStep } from '../history-store.js';
import type { MonitorHistory } from '../monitor-history.js';

/** Values that are encoded at once. */
const VALUES_AT_ONCE = 8000;

/** What has been written. */
export interface Written {
  /** The number of the last step. */
  readonly sequence: number;
  /** How many steps are in the current file. */
  readonly rows: number;
  /** The series in the current file to which the next step refers by its indexes. */
  readonly series: readonly HistorySeries[];
  /** The first step in the current file, and the time that it has there. */
  readonly first?: { readonly step: StoredStep; readonly time: number } | undefined;
}

export const NOTHING: Written = { sequence: 0, rows: 0, series: [] };

/**
 * The lines of these steps, to be appended after what has been written. They begin with the list of all series where the file has none
 * yet, or series were removed: then the indexes are different.
 */
export function linesOf(
  history: MonitorHistory,
  { rows, series: known, sequence, first: former }: Written,
  steps: readonly StoredStep[],
): { readonly text: string; readonly written: Written } {
  const { reader } = history;
  const { series } = reader;
  const lines: object[] = [];
  let described = known.length;
  if (rows === 0 || !beginsWith(series, known)) {
    lines.push({ instance: history.instance(), series });
    described = series.length;
  }
  let added = 0;
  let first = rows === 0 ? undefined : former;
  for (const step of steps) {
    // Overwritten by newer ones, since the steps were listed.
    if (!reader.has(step)) continue;
    const row = reader.row(step, described, false);
    described += row.series?.length ?? 0;
    lines.push(row);
    first ??= { step, time: row.time };
    added++;
  }
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const last = steps.at(-1)?.sequence ?? sequence;
  const written = { sequence: last, rows: rows + added, series: series.slice(0, described), first };
  return { text, written };
}

/** Divides steps into groups, each small enough to be encoded at once. */
export function groupsOf(steps: readonly StoredStep[], series: number): StoredStep[][] {
  const size = Math.max(1, Math.floor(VALUES_AT_ONCE / (series + 1)));
  return Array.from({ length: Math.ceil(steps.length / size) }, (_, at) =>
    steps.slice(at * size, (at + 1) * size),
  );
}

function beginsWith(series: readonly HistorySeries[], known: readonly HistorySeries[]): boolean {
  return known.every((one, index) => series[index] === one);
}
