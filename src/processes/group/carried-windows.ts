import { inSlices } from '../../common/slices.js';
import type { EndedProcesses } from './ended-processes.js';
import type { PendingWindows } from './pending-windows.js';
import { MAX_READERS, SINGLE_PROCESS } from './reader-bases.js';

/**
 * Carries what readers have not read of members over to the file into which these are merged. It claims these windows, so that no
 * other process delivers them meanwhile.
 */
export class CarriedWindows {
  private readonly claimed: (readonly [EndedProcesses, reader: string])[] = [];

  constructor(private readonly pending: PendingWindows) {}

  /** @param readers of which the members may not have been read. Those of the members are added. */
  async carryAll(processes: readonly EndedProcesses[], readers: readonly string[]): Promise<void> {
    const known = new Set<string>();
    for (const reader of [...processes.flatMap((one) => one.readers), ...readers]) {
      if (reader.startsWith(SINGLE_PROCESS)) continue;
      known.delete(reader);
      known.add(reader);
    }
    for (const reader of [...known].slice(-MAX_READERS)) {
      this.pending.addReader(reader);
      for (const one of processes) await this.carry(one, reader);
    }
  }

  /** To be called if the members could not be merged. */
  async release(): Promise<void> {
    await Promise.all(this.claimed.map(([{ claims }, reader]) => claims.release(reader)));
  }

  private async carry(processes: EndedProcesses, reader: string): Promise<void> {
    const intervals = await inSlices(processes.unread(reader));
    if (intervals.size === 0 || !(await processes.claims.claimAgain(reader))) return;
    this.claimed.push([processes, reader]);
    await inSlices(this.pending.add(reader, intervals));
  }
}
