import type { FailureSink } from '../../common/failure-log.js';
import { FailureLog } from '../../common/failure-log.js';
import type { Read } from '../peers/read-request.js';
import { SAVING_TEXTS } from '../processes.messages.js';
import type { GroupDirectory } from './group-directory.js';
import type { SavedTotals } from './saved-totals.js';

/** Saves the totals of this process before they are read or sent, and logs when they cannot be saved. */
export class GroupSaves {
  private readonly failures: FailureLog;
  private isStopped = false;

  constructor(
    private readonly totals: SavedTotals,
    private readonly directory: GroupDirectory,
    sink: FailureSink,
  ) {
    this.failures = new FailureLog(SAVING_TEXTS, sink);
  }

  /** Called when this process leaves the group: from now on, a removed directory is not created again. */
  stop(): void {
    this.isStopped = true;
  }

  /** @throws if the totals cannot be saved. */
  async save(read: Read): Promise<void> {
    try {
      await this.saveFor(read).catch(async (thrown: NodeJS.ErrnoException) => {
        if (thrown.code !== 'ENOENT' || this.isStopped) throw thrown;
        // The directory was removed, for example by a job that cleans up temporary files.
        await this.directory.create();
        await this.saveFor(read);
      });
      this.failures.succeeded();
    } catch (thrown) {
      this.failures.failed(thrown);
      throw thrown;
    }
  }

  private async saveFor(read: Read): Promise<void> {
    if (read.kind !== 'window') await this.totals.save();
    // The numbers were saved a moment ago, by the read that this window belongs to.
    else if (read.options.isFresh === true) this.totals.mark(read.reader);
    else await this.totals.save(read.reader);
  }
}
