/**
 * An aligned Markdown table. All columns but the first are numbers.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => '-'.repeat(i === 0 ? width : width - 1) + (i === 0 ? '' : ':')).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
