import { SharedRun } from '../../common/shared-run.js';
import type { SliceQueue } from '../../common/slice-queue.js';
import { realClock } from '../../common/clock.js';
import type { CpuTimes } from '../../metrics/source/merged-facts.js';
import type { SourceKey, WindowReads } from '../../metrics/source/merged-series.js';
import type { Read } from '../peers/read-request.js';
import type { ReceivedSource } from '../received/received-source.js';
import { cpuOf, EndedTotals } from './ended-totals.js';
import type { GroupDirectory, GroupFiles } from './group-directory.js';
import type { MemberListener } from './member.js';
import { Member } from './member.js';
import type { MemberName } from './member-name.js';

/** Times that the directory is read again, because it has changed while it was read. */
const ATTEMPTS = 5;

/** Ended members are merged into one file after this time in milliseconds, or all at once if there are more of them than this. */
const [MERGE_AFTER, MAX_ENDED] = [60_000, 16];

/** The other members of the group: those that live, those that have ended, and all that ended before. */
export class Roster {
  private readonly byName = new Map<string, Member>();
  private ended: EndedTotals;
  private readonly refreshing = new SharedRun(() => this.refresh());
  private isMerging = false;

  constructor(
    private readonly directory: GroupDirectory,
    private readonly own: MemberName,
    private readonly listener: MemberListener,
    private readonly slices: SliceQueue,
  ) {
    this.ended = new EndedTotals(directory, own);
  }

  get members(): readonly Member[] {
    return [...this.byName.values()];
  }

  /** Whether there are some that have ended and are not merged yet. */
  get hasEnded(): boolean {
    return this.members.some(({ state }) => state === 'ended');
  }

  find({ text }: MemberName): Member | undefined {
    return this.byName.get(text);
  }

  /** The numbers of all of them. */
  get sources(): ReceivedSource[] {
    const sources = this.members.map(({ source }) => source);
    return this.ended.source === undefined ? sources : [...sources, this.ended.source];
  }

  /** The totals of those that have ended. */
  get endedSources(): ReceivedSource[] {
    const sources = this.members.flatMap(({ state, source }) => (state === 'ended' ? [source] : []));
    return this.ended.source === undefined ? sources : [...sources, this.ended.source];
  }

  /** The CPU time of processes that have ended. */
  get endedCpu(): CpuTimes[] {
    const members = this.members.filter(({ state, name }) => state === 'ended' && name.thread === null);
    return [...this.ended.cpu, ...members.map(({ source }) => cpuOf(source))];
  }

  /** The members as they are now. */
  update(): Promise<GroupFiles> {
    return this.refreshing.run();
  }

  /** Reads all members. Those that do not answer within a second are left as they last were. */
  async read(read: Read): Promise<Map<SourceKey, WindowReads>> {
    await this.update();
    const windows = new Map<SourceKey, WindowReads>();
    await Promise.all(
      this.members.map(async (member) => {
        const window =
          (await member.read(read)) ??
          (read.kind === 'window' ? await member.lastWindow(read.reader) : undefined);
        if (window !== undefined) windows.set(member.source, window);
      }),
    );
    return windows;
  }

  /** Merges those that ended some time ago into one file. For the leader, from time to time. */
  async mergeEnded(): Promise<void> {
    if (this.isMerging) return;
    this.isMerging = true;
    try {
      const files = await this.update();
      const ended = this.members.filter(({ state }) => state === 'ended');
      const isDue = (member: Member) => realClock() - (member.endedAt ?? 0) >= MERGE_AFTER;
      const due = ended.length > MAX_ENDED ? ended : ended.filter((member) => isDue(member));
      if (due.length === 0 || !(await this.ended.add(due, files))) return;
      for (const member of due) this.byName.delete(member.name.text);
    } finally {
      this.isMerging = false;
    }
  }

  /** What there was has been removed. */
  forget(): void {
    this.close();
    this.byName.clear();
    this.ended = new EndedTotals(this.directory, this.own);
  }

  close(): void {
    for (const member of this.members) member.close();
  }

  /**
   * The directory is read until nothing of it was replaced meanwhile. A new file of those that ended is there before the files of
   * its members are removed, so none of them is missed.
   */
  private async refresh(): Promise<GroupFiles> {
    for (let attempt = 1; ; attempt++) {
      const files = await this.directory.files();
      const isComplete = await this.ended.refresh(files).then(
        () => true,
        () => false,
      );
      const present = new Set(files.members.map(({ text }) => text));
      for (const name of files.members) this.add(name);
      for (const [text, member] of this.byName) {
        if (!this.ended.has(member.name)) continue;
        member.close();
        this.byName.delete(text);
      }
      const isMissed = [...this.byName].some(([text, { state }]) => state === 'ended' && !present.has(text));
      if ((isComplete && !isMissed) || attempt === ATTEMPTS) return files;
    }
  }

  private add(name: MemberName): void {
    const { text } = name;
    if (text === this.own.text || this.byName.has(text) || this.ended.has(name)) return;
    this.byName.set(text, new Member(name, this.directory, this.listener, this.slices));
  }
}
