import { appendFile, rename, writeFile } from 'node:fs/promises';
import type { InstanceInfo } from '../../metrics/collection/snapshot.js';
import type { HistorySeries } from '../history-document.js';
import type { HistoryRow } from '../history-row.js';

/** What the rows after it are of. */
export interface JournalHead {
  readonly instance: InstanceInfo;
  readonly series: readonly HistorySeries[];
}

/** Makes the row of a step for a reader that knows this number of series. */
export type MakeRow = (known: number) => HistoryRow;

/** The steps of one length of a process in two files: when a whole range is in one, it becomes the old one. */
export class StepFile {
  private rows = 0;
  private known = 0;
  private state: 'none' | 'open' | 'other series' = 'none';

  /** @param range steps that must be found at any time. */
  constructor(
    readonly path: string,
    private readonly range: number,
  ) {}

  /** Other series have the indexes from now on. */
  replaceSeries(): void {
    if (this.state === 'open') this.state = 'other series';
  }

  async append(head: JournalHead, rows: readonly MakeRow[]): Promise<void> {
    if (rows.length === 0) return;
    const isNew = this.state === 'none' || this.rows >= this.range;
    const lines: object[] = [];
    if (isNew || this.state === 'other series') {
      lines.push(head);
      this.known = head.series.length;
    }
    for (const makeRow of rows) {
      const row = makeRow(this.known);
      this.known += row.series?.length ?? 0;
      lines.push(row);
    }
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    this.state = 'none';
    if (isNew) {
      // The first time, there is none.
      await rename(this.path, `${this.path}.old`).catch(() => {});
      await writeFile(this.path, text, { mode: 0o600 });
      this.rows = 0;
    } else await appendFile(this.path, text);
    this.rows += rows.length;
    // After an error, what is in the file is not known, so it is not continued.
    this.state = 'open';
  }
}
