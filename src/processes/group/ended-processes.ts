import type { Sliced } from '../../common/slices.js';
import type { ReceivedSource } from '../received/received-source.js';
import type { PendingWindows } from './pending-windows.js';
import type { UnreadIntervals } from './unread-intervals.js';
import { unreadSince } from './unread-intervals.js';
import type { WindowClaims } from './window-claims.js';

/** One member that has ended, or all that were merged. */
export interface EndedProcesses {
  readonly source: ReceivedSource;
  readonly claims: WindowClaims;
  /** Readers that have read a part of their numbers, the most recent last. */
  readonly readers: readonly string[];
  /** What a reader has not read yet of their histograms. */
  unread(reader: string): Sliced<UnreadIntervals>;
}

/** The members that were merged into one file. */
export class MergedProcesses implements EndedProcesses {
  constructor(
    readonly source: ReceivedSource,
    readonly pending: PendingWindows,
    readonly claims: WindowClaims,
  ) {}

  get readers(): readonly string[] {
    return this.pending.readers;
  }

  *unread(reader: string): Sliced<UnreadIntervals> {
    return this.pending.of(reader) ?? (yield* unreadSince(this.source, undefined));
  }
}
