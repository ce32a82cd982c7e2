import { SharedRun } from '../../common/shared-run.js';
import type { MonitorHistory } from '../monitor-history.js';
import type { MakeRow } from './step-file.js';
import { StepFile } from './step-file.js';

/** The ends of the names of the files, behind the name of the process. */
export const JOURNAL_FILES = { 1: '.seconds', 10: '.tens' } as const;

/** The name of such a file, with that of the process in it. */
export const JOURNAL_FILE = /^(.*)\.(?:seconds|tens)(?:\.old)?$/;

/**
 * Writes the history of this process to files for the others of its group: so they have it when this one has ended, or does not
 * answer.
 */
export class HistoryJournal {
  private readonly files: Readonly<Record<1 | 10, StepFile>>;
  private readonly writing = new SharedRun(() => this.write());
  private sequence: number;

  /** @param path of the files, without the ends of their names. */
  constructor(
    private readonly history: MonitorHistory,
    path: string,
  ) {
    this.files = {
      1: new StepFile(`${path}${JOURNAL_FILES[1]}`, history.kept[1]),
      10: new StepFile(`${path}${JOURNAL_FILES[10]}`, history.kept[10]),
    };
    this.sequence = history.sequence;
  }

  /** Writes the steps since the last time. If that fails, such as on a full disk, the journal lacks them. */
  save(): Promise<void> {
    return this.writing.run().catch(() => {});
  }

  private async write(): Promise<void> {
    const { reader, sequence } = this.history;
    const steps = reader.stepsAfter(this.sequence) ?? [];
    if (steps.length === 0) for (const file of Object.values(this.files)) file.replaceSeries();
    this.sequence = sequence;
    const head = { instance: this.history.instance(), series: reader.series };
    const rows: Record<1 | 10, MakeRow[]> = { 1: [], 10: [] };
    for (const step of steps) rows[step.tier.step].push((known) => reader.row(step, known, false));
    await this.files[1].append(head, rows[1]);
    await this.files[10].append(head, rows[10]);
  }
}
