import { stat } from 'node:fs/promises';
import { realClock } from '../../common/clock.js';
import type { SliceQueue } from '../../common/slice-queue.js';
import type { Sliced } from '../../common/slices.js';
import { inSlices } from '../../common/slices.js';
import type { OnNotGivenBack } from '../peers/peer.js';
import { Peer } from '../peers/peer.js';
import type { NoAnswer } from '../peers/pending.js';
import type { Read } from '../peers/read-request.js';
import { ReceivedSource } from '../received/received-source.js';
import type { ReceivedWindow } from '../received/received-window.js';
import type { EndedProcesses } from './ended-processes.js';
import type { GroupDirectory } from './group-directory.js';
import { processExists } from './liveness.js';
import type { MemberName } from './member-name.js';
import { noFacts } from './no-facts.js';
import type { TotalsInFile } from './read-totals.js';
import { readTotals } from './read-totals.js';
import type { UnreadIntervals } from './unread-intervals.js';
import { unreadSince } from './unread-intervals.js';
import { WindowClaims } from './window-claims.js';

/** Seconds. A running member saves its totals more often than this, even if nobody reads them. */
const LONGEST_SILENCE = 45;

export type MemberState = 'ok' | 'late' | 'ended';

/** Events of a member that it does not report itself. */
export interface MemberListener {
  onLeftOut(member: MemberName, reason: string): void;
  /** The member has ended without closing its application. @param age seconds since its totals were saved. */
  onKilled(member: MemberName, age: number): void;
}

/** Another process or thread of the group. Its numbers come from its socket or, if it does not answer, from its file. */
export class Member implements EndedProcesses {
  readonly source: ReceivedSource;
  readonly claims: WindowClaims;
  state: MemberState = 'late';
  /** When it was found to have ended. */
  endedAt: number | undefined;
  saved: TotalsInFile | undefined;
  /** Whether neither its socket nor its file was there when it was last read. */
  isGone = false;
  private readonly peer: Peer;
  private readonly seenAt = realClock();
  /** When the numbers in the source were taken, on the monotonic clock. */
  private takenAt: number | undefined;
  private fileStamp = '';
  private isUnreadable = false;

  constructor(
    readonly name: MemberName,
    private readonly directory: GroupDirectory,
    private readonly listener: MemberListener,
    slices: SliceQueue,
    onNotGivenBack: OnNotGivenBack,
  ) {
    this.source = new ReceivedSource(noFacts(name.pid, name.thread));
    this.claims = new WindowClaims(directory, name.text);
    const onLeftOut = (reason: string) => listener.onLeftOut(name, reason);
    this.peer = new Peer(name, directory.addressOf(name), this.source, slices, onLeftOut, onNotGivenBack);
  }

  /** `null` as long as it has not sent or saved its numbers. */
  get hostname(): string | null {
    return this.source.facts().instance.hostname;
  }

  /** Seconds since its numbers were taken. */
  get age(): number {
    return Math.max(0, realClock() - (this.takenAt ?? this.seenAt)) / 1000;
  }

  get readers(): readonly string[] {
    return this.saved?.bases.readers ?? [];
  }

  /** What the member recorded between a reader's last read and its end. Nothing if its totals file was never read. */
  *unread(reader: string): Sliced<UnreadIntervals> {
    return this.saved === undefined
      ? new Map()
      : yield* unreadSince(this.source, this.saved.bases.of(reader));
  }

  /** Reads the member. If it does not answer, its saved totals are used: they are not less than what it has sent to anyone. */
  async read(read: Read): Promise<ReceivedWindow | undefined> {
    if (this.state === 'ended') return undefined;
    this.isGone = false;
    const answer = await this.peer.ask(read);
    if (typeof answer === 'object') {
      this.state = 'ok';
      this.takenAt = realClock();
      return answer.window;
    }
    await this.useSavedTotals(answer);
    return undefined;
  }

  /** Checks whether the member has ended. */
  async probe(): Promise<void> {
    if (this.state === 'ended') return;
    const answer = await this.peer.ask({ kind: 'ping' });
    if (typeof answer === 'string') await this.useSavedTotals(answer);
  }

  close(): void {
    this.peer.close();
  }

  private async useSavedTotals(answer: NoAnswer): Promise<void> {
    const hasFile = await this.load();
    if (this.state === 'ended') return;
    this.isGone = answer === 'gone' && !hasFile;
    this.state = this.hasEnded(answer) ? 'ended' : 'late';
    if (this.state !== 'ended') return;
    this.endedAt = realClock();
    this.peer.close();
    await inSlices(this.source.forgetGauges());
    if (this.saved?.isFinal !== true) this.listener.onKilled(this.name, this.age);
  }

  private hasEnded(answer: NoAnswer): boolean {
    if (answer !== 'refused' && answer !== 'gone') return false;
    if (this.saved?.isFinal === true || this.age > LONGEST_SILENCE) return true;
    // Its socket may have been removed while it runs, and its pid is not visible if it runs in another container.
    if (answer === 'gone') return false;
    // Nothing listens: a thread has ended. A process may still be closing while its pid exists, or another one has its pid.
    return this.name.thread !== null || !processExists(this.name.pid);
  }

  /** Reads the totals file, if it has changed. @returns whether there is one. */
  private async load(): Promise<boolean> {
    const path = this.directory.totalsOf(this.name);
    try {
      const { size, mtimeMs } = await stat(path);
      const stamp = `${size}:${mtimeMs}`;
      if (stamp === this.fileStamp) return true;
      const saved = new ReceivedSource(noFacts(this.name.pid, this.name.thread));
      this.saved = await readTotals(path, saved);
      // Nothing follows after the final totals.
      await inSlices(this.source.absorb(saved, this.saved.isFinal));
      this.fileStamp = stamp;
      const savedAt = realClock() - Math.max(0, Date.now() - mtimeMs);
      this.takenAt = Math.max(this.takenAt ?? savedAt, savedAt);
    } catch (thrown) {
      // Without a file, its last response is used.
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === 'ENOENT') return false;
      if (!this.isUnreadable) this.listener.onLeftOut(this.name, message);
      this.isUnreadable = true;
    }
    return true;
  }
}
