import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { realClock } from '../../common/clock.js';
import type { SliceQueue } from '../../common/slice-queue.js';
import type { Sliced } from '../../common/slices.js';
import { inSlices } from '../../common/slices.js';
import { Peer } from '../peers/peer.js';
import type { NoAnswer } from '../peers/peer.js';
import type { Read } from '../peers/read-request.js';
import { ReceivedSource } from '../received/received-source.js';
import { ReceivedWindow } from '../received/received-window.js';
import type { GroupDirectory } from './group-directory.js';
import { processExists } from './liveness.js';
import type { MemberName } from './member-name.js';
import { noFacts } from './no-facts.js';
import type { SavedBase } from './reader-bases.js';
import type { TotalsInFile } from './read-totals.js';
import { readTotals } from './read-totals.js';

/** Seconds. A member saves its totals more often than that, whether it is asked or not. */
const LONGEST_SILENCE = 45;

export type MemberState = 'ok' | 'late' | 'ended';

/** What a member does not say itself. */
export interface MemberListener {
  onLeftOut(member: MemberName, reason: string): void;
  /** It has ended without saying so. @param age seconds since its totals were saved. */
  onKilled(member: MemberName, age: number): void;
}

/** Another process or thread of the group: its numbers, from itself or, if it does not answer, from its file. */
export class Member {
  readonly source: ReceivedSource;
  state: MemberState = 'late';
  /** When it was found to have ended. */
  endedAt: number | undefined;
  saved: TotalsInFile | undefined;
  private readonly peer: Peer;
  private readonly seenAt = realClock();
  /** When what is in the source was taken, on the monotonic clock. */
  private takenAt: number | undefined;
  private fileStamp = '';
  private isUnreadable = false;
  private readonly claims = new Map<string, Promise<boolean>>();

  constructor(
    readonly name: MemberName,
    private readonly directory: GroupDirectory,
    private readonly listener: MemberListener,
    slices: SliceQueue,
  ) {
    this.source = new ReceivedSource(noFacts(name.pid, name.thread));
    this.peer = new Peer(name, directory.addressOf(name), this.source, slices, (reason) =>
      listener.onLeftOut(name, reason),
    );
  }

  /** Seconds since its numbers were taken. */
  get age(): number {
    return Math.max(0, realClock() - (this.takenAt ?? this.seenAt)) / 1000;
  }

  /**
   * What it recorded between a reader's last read and its end. It is delivered once, by the process that claims it first: a
   * file that only one can create says so.
   */
  async lastWindow(reader: string): Promise<ReceivedWindow | undefined> {
    const { saved } = this;
    if (this.state !== 'ended' || saved === undefined) return undefined;
    const claim = `${this.name.text}.${createHash('sha256').update(reader).digest('hex').slice(0, 16)}`;
    let claimed = this.claims.get(reader);
    if (claimed !== undefined) return undefined;
    claimed = this.directory.createOnce(claim);
    this.claims.set(reader, claimed);
    if (!(await claimed)) return undefined;
    const window = new ReceivedWindow(() => {
      this.claims.delete(reader);
      void this.directory.remove([claim]);
    });
    await inSlices(fillLastWindow(window, this.source, saved.bases.of(reader)));
    return window;
  }

  /** Reads it. If it does not answer, what it saved stands in: it is not less than what anybody was told. */
  async read(read: Read): Promise<ReceivedWindow | undefined> {
    if (this.state === 'ended') return undefined;
    const answer = await this.peer.ask(read);
    if (typeof answer === 'object') {
      this.state = 'ok';
      this.takenAt = realClock();
      return answer.window;
    }
    await this.standIn(answer);
    return undefined;
  }

  /** Finds out whether it has ended. */
  async probe(): Promise<void> {
    if (this.state === 'ended') return;
    const answer = await this.peer.ask({ kind: 'ping' });
    if (typeof answer === 'string') await this.standIn(answer);
  }

  close(): void {
    this.peer.close();
  }

  private async standIn(answer: NoAnswer): Promise<void> {
    await this.load();
    if (this.state === 'ended') return;
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
    // Without its socket, which somebody may have removed, it may still live: another container does not see its pid.
    if (answer === 'gone') return false;
    // One that exists while nobody listens may be closing. Or it is a thread that has ended, or another process with its pid.
    return this.name.thread !== null || !processExists(this.name.pid);
  }

  /** Reads its file, if it has changed. */
  private async load(): Promise<void> {
    const path = this.directory.totalsOf(this.name);
    try {
      const { size, mtimeMs } = await stat(path);
      const stamp = `${size}:${mtimeMs}`;
      if (stamp === this.fileStamp) return;
      const saved = new ReceivedSource(noFacts(this.name.pid, this.name.thread));
      this.saved = await readTotals(path, saved);
      await inSlices(this.source.absorb(saved));
      this.fileStamp = stamp;
      const savedAt = realClock() - Math.max(0, Date.now() - mtimeMs);
      this.takenAt = Math.max(this.takenAt ?? savedAt, savedAt);
    } catch (thrown) {
      // Without a file, its last answer stands in.
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === 'ENOENT' || this.isUnreadable) return;
      this.isUnreadable = true;
      this.listener.onLeftOut(this.name, message);
    }
  }
}

/** @param base `undefined` for a reader that has never read it: then it is everything. */
function* fillLastWindow(
  window: ReceivedWindow,
  source: ReceivedSource,
  base: SavedBase | undefined,
): Sliced<void> {
  for (const family of source.histograms.received()) {
    for (const series of family.all()) {
      const before = base?.get(family.name, series.labels);
      const total = series.snapshot();
      const interval = before === undefined ? total : total.minus(before);
      if (interval.count > 0) window.intervals.set(series, interval);
      yield;
    }
  }
}
