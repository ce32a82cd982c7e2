import { shortPath } from '../../common/short-path.js';
import type { ProfileNode, ProfileTree } from './profile-tree.js';

export type TableOrder = 'self' | 'total';

interface Row {
  readonly function: string;
  readonly place: string;
  self: number;
  total: number;
}

/**
 * A profile as text for a terminal: one line for each function, with the value of the function itself (`self`), and that
 * including everything it called (`total`).
 *
 * @param top the maximum number of functions in the table.
 */
export function profileTable(tree: ProfileTree, sort: TableOrder, top: number): string {
  const rows = [...rowsOf(tree).values()].sort((a, b) => b[sort] - a[sort]);
  const sum = rows.reduce((all, { self }) => all + self, 0);
  const isTime = tree.measure.unit === 'nanoseconds';
  const show = isTime ? milliseconds : kilobytes;
  const share = (value: number): string => (sum === 0 ? '0.0' : ((value / sum) * 100).toFixed(1));
  const shown = rows.slice(0, top);
  const cells = shown.map((row) => [
    show(row.self),
    share(row.self),
    show(row.total),
    share(row.total),
    row.function,
    row.place,
  ]);
  const unit = isTime ? 'ms' : 'kB';
  const head = [`self ${unit}`, 'self %', `total ${unit}`, 'total %', 'function', 'place'];
  const title = isTime
    ? `CPU profile of ${seconds(tree.duration)} s: ${milliseconds(sum)} ms busy`
    : `Allocations in ${seconds(tree.duration)} s: ${kilobytes(sum)} kB`;
  const more = rows.length > shown.length ? [`... and ${rows.length - shown.length} more functions`] : [];
  return [`${title}, by ${sort}`, '', ...align([head, ...cells]), ...more, ''].join('\n');
}

function rowsOf(tree: ProfileTree): Map<string, Row> {
  const rows = new Map<string, Row>();
  const onPath = new Set<Row>();
  const visit = (node: ProfileNode): number => {
    const place = node.file === '' ? '' : `${shortPath(node.file)}:${node.line}`;
    const key = `${node.function}\n${place}`;
    let row = rows.get(key);
    if (row === undefined) rows.set(key, (row = { function: node.function, place, self: 0, total: 0 }));
    // In a recursive function, the total of the outer call already contains that of the inner one.
    const isOutermost = !onPath.has(row);
    onPath.add(row);
    let total = node.self;
    for (const child of node.children) total += visit(child);
    row.self += node.self;
    if (isOutermost) {
      row.total += total;
      onPath.delete(row);
    }
    return total;
  };
  for (const root of tree.roots) visit(root);
  return rows;
}

/** All columns but the last two are numbers. */
function align(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < 4 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

function milliseconds(nanoseconds: number): string {
  return (nanoseconds / 1e6).toFixed(1);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
