import type { Step } from '../history-document.js';
import type { StoredStep } from '../history-store.js';
import type { MonitorHistory } from '../monitor-history.js';
import { isClockSet } from '../steady-clock.js';
import { JournalFile } from './journal-file.js';
import type { Written } from './journal-lines.js';
import { groupsOf, linesOf, NOTHING } from './journal-lines.js';

/** The steps of one length in two files: when the newer one has as many as are kept, it replaces the older one. */
export class StepFile {
  private readonly file: JournalFile;
  private written = NOTHING;

  constructor(
    private readonly history: MonitorHistory,
    private readonly step: Step,
    path: string,
  ) {
    this.file = new JournalFile(path);
  }

  /** Writes the steps since the last save. @throws if they cannot be written. The next save tries again. */
  async save(): Promise<void> {
    for (const steps of this.groupsAfter(this.written)) {
      if (this.written.rows === 0 || this.isClockSet) return this.writeAll();
      const isFull = this.written.rows >= this.history.kept[this.step];
      const { text, written } = linesOf(this.history, { ...this.written, ...(isFull && { rows: 0 }) }, steps);
      const isDone = await (isFull ? this.file.rotate(text) : this.file.append(text));
      if (!isDone) return this.writeAll();
      this.written = written;
    }
  }

  /** Whether the steps in the file have other times now. */
  private get isClockSet(): boolean {
    const { first } = this.written;
    if (first === undefined) return false;
    const { tier, row } = first.step;
    return isClockSet(this.history.reader.timeOf(tier, row) - first.time);
  }

  /** Writes all steps that are kept. */
  private async writeAll(): Promise<void> {
    const { history } = this;
    const groups = this.groupsAfter(NOTHING);
    let written = NOTHING;
    function* texts(): Iterable<string> {
      for (const steps of groups) {
        const lines = linesOf(history, written, steps);
        written = lines.written;
        yield lines.text;
      }
    }
    await this.file.replace(texts());
    this.written = written;
  }

  private groupsAfter({ sequence }: Written): StoredStep[][] {
    const { reader } = this.history;
    const steps = reader.keptAfter(sequence).filter(({ tier }) => tier.step === this.step);
    return groupsOf(steps, reader.series.length);
  }
}
