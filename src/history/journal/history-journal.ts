import { SharedRun } from '../../common/shared-run.js';
import type { MonitorHistory } from '../monitor-history.js';
import { StepFile } from './step-file.js';

/** The suffixes of the files, after the name of the process. */
export const JOURNAL_FILES = { 1: '.seconds', 10: '.tens' } as const;

/** Matches the name of such a file, also of one that is not complete, and captures the name of the process. */
export const JOURNAL_FILE = /^(.*)\.(?:seconds|tens)(?:\.old|\.new)?$/;

/**
 * Writes the history of this process to files, so that the other processes of its group have it when this one has ended or does not
 * answer.
 */
export class HistoryJournal {
  private readonly files: readonly StepFile[];
  private readonly writing = new SharedRun(() => this.write());

  /** @param path of the files, without their suffixes. */
  constructor(history: MonitorHistory, path: string) {
    this.files = ([1, 10] as const).map(
      (step) => new StepFile(history, step, `${path}${JOURNAL_FILES[step]}`),
    );
  }

  /** Writes the steps since the last save. If that fails, for example on a full disk, the next save writes them, if they are still kept. */
  save(): Promise<void> {
    return this.writing.run();
  }

  private async write(): Promise<void> {
    for (const file of this.files) await file.save().catch(() => {});
  }
}
