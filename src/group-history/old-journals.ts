import { lstat } from 'node:fs/promises';
import { realTimers } from '../common/real-timers.js';
import { JOURNAL_FILE } from '../history/journal/history-journal.js';
import type { ProcessGroup } from '../processes/group/process-group.js';

/** Milliseconds between two removals of old journals. */
const INTERVAL = 300_000;

/** Milliseconds for which a journal is kept after its last write, however many there are. */
const RECENT = 60_000;

/** The most files of ended processes. With frequent restarts, the oldest ones are removed early. */
const MOST_FILES = 400;

/** Removes the journals of processes that ended so long ago that no chart shows them. Each process of the group does it. */
export class OldJournals {
  private timer: NodeJS.Timeout | undefined;

  /** @param longest milliseconds that charts show. */
  constructor(
    private readonly group: ProcessGroup,
    private readonly longest: number,
  ) {}

  start(): void {
    this.timer = realTimers.setInterval(() => void this.remove().catch(() => {}), INTERVAL).unref();
  }

  stop(): void {
    realTimers.clearInterval(this.timer);
  }

  /** @internal Removes them now, as the timer does. */
  async remove(): Promise<void> {
    const { directory } = this.group;
    const { names, members } = await directory.files();
    // Journals of running processes are skipped: in a large group, reading the times of all files takes much CPU.
    const present = new Set(members.map(({ text }) => text));
    const journals = names.filter((name) => {
      const [, member] = JOURNAL_FILE.exec(name) ?? [];
      return member !== undefined && !present.has(member);
    });
    const files = await Promise.all(
      journals.map(async (name) => {
        const stats = await lstat(directory.in(name)).catch(() => undefined);
        return { name, writtenAt: stats?.mtimeMs ?? Infinity };
      }),
    );
    files.sort((a, b) => b.writtenAt - a.writtenAt);
    const oldest = Date.now() - 2 * this.longest;
    const old = files.filter(
      ({ writtenAt }, at) => writtenAt < oldest || (at >= MOST_FILES && writtenAt < Date.now() - RECENT),
    );
    await directory.remove(old.map(({ name }) => name));
  }
}
