import { realClock } from '../../common/clock.js';
import { oldestBeyond } from '../../common/oldest-beyond.js';
import { inSlices } from '../../common/slices.js';
import { ReceivedWindow } from '../received/received-window.js';
import type { ReceivedSource } from '../received/received-source.js';
import type { EndedProcesses } from './ended-processes.js';
import { MAX_READERS, SINGLE_PROCESS } from './reader-bases.js';
import { CLAIM_TIMEOUT } from './stale-claims.js';
import type { UnreadIntervals } from './unread-intervals.js';
import { addIntervals } from './unread-intervals.js';

/**
 * The last windows of processes that have ended: what they recorded between a reader's last read and their end. Each is delivered
 * once, by any process of the group.
 */
export class LastWindows {
  /** Windows that were given back after their processes had ended or been merged. This process delivers them again. */
  private readonly returned = new Map<string, UnreadIntervals[]>();
  private changes: Promise<unknown> = Promise.resolve();

  /** @param isCurrent reads the directory, and returns whether the processes of this source have not been merged since. */
  constructor(private readonly isCurrent: (source: ReceivedSource) => Promise<boolean>) {}

  /** Resolves when all windows that were given back so far can be taken again. */
  async settled(): Promise<void> {
    await this.changes;
  }

  /** Runs work while no window is being given back. */
  exclusively(work: () => Promise<void>): Promise<void> {
    const running = this.changes.then(work);
    this.changes = running.catch(() => {});
    return running;
  }

  /**
   * @param listedAt when the read of the directory began that these processes are known from.
   * @returns `undefined` if the window was delivered, or nothing is known of it.
   * @throws if it cannot be claimed, for example on a full disk.
   */
  async take(
    processes: EndedProcesses,
    reader: string,
    listedAt: number,
  ): Promise<ReceivedWindow | undefined> {
    const claimed = await this.claim(processes, reader, listedAt);
    const returned = this.returned.get(reader) ?? [];
    if (claimed === undefined && returned.length === 0) return undefined;
    if (returned.length > 0) this.returned.delete(reader);
    const intervals = new Map(claimed);
    for (const one of returned) await inSlices(addIntervals(intervals, processes.source, one));
    let isGivenBack = false;
    const window = new ReceivedWindow(() => {
      if (isGivenBack) return;
      isGivenBack = true;
      void this.exclusively(async () => {
        for (const one of returned) this.keep(reader, one);
        if (claimed !== undefined) await this.giveBack(processes, reader, claimed);
      });
    });
    for (const [series, interval] of intervals) window.intervals.set(series, interval);
    return window;
  }

  /** Keeps a window that cannot be given back to its process, for the next read of the reader. */
  keep(reader: string, intervals: UnreadIntervals): void {
    if (intervals.size === 0 || reader.startsWith(SINGLE_PROCESS)) return;
    const before = this.returned.get(reader) ?? [];
    this.returned.delete(reader);
    this.returned.set(reader, [...before, intervals]);
    // Otherwise, clients with ever new readers could fill the memory.
    const oldest = oldestBeyond(MAX_READERS, this.returned);
    if (oldest !== undefined) this.returned.delete(oldest);
  }

  private async claim(
    processes: EndedProcesses,
    reader: string,
    listedAt: number,
  ): Promise<UnreadIntervals | undefined> {
    const { claims } = processes;
    if (!(await claims.claim(reader))) return undefined;
    if (realClock() - listedAt <= CLAIM_TIMEOUT) return inSlices(processes.unread(reader));
    // They may have been merged meanwhile, together with this window.
    await claims.release(reader);
    return undefined;
  }

  private async giveBack(
    { source, claims }: EndedProcesses,
    reader: string,
    claimed: UnreadIntervals,
  ): Promise<void> {
    if (await this.isCurrent(source)) await claims.release(reader);
    else this.keep(reader, claimed);
  }
}
