import { SharedRun } from '../../common/shared-run.js';
import type { SliceQueue } from '../../common/slice-queue.js';
import { realClock } from '../../common/clock.js';
import type { CpuTimes } from '../../metrics/source/merged-facts.js';
import type { SourceKey, WindowReads } from '../../metrics/source/merged-series.js';
import { giveBackAll } from '../../metrics/source/source-merger.js';
import type { OnNotGivenBack } from '../peers/peer.js';
import type { Read } from '../peers/read-request.js';
import type { ReceivedSource } from '../received/received-source.js';
import { cpuOf, EndedTotals } from './ended-totals.js';
import type { EndedProcesses } from './ended-processes.js';
import type { GroupDirectory, GroupFiles } from './group-directory.js';
import { LastWindows } from './last-windows.js';
import type { MemberListener } from './member.js';
import { Member } from './member.js';
import type { MemberName } from './member-name.js';

/** The most reads of the directory, which is read again if it has changed meanwhile. */
const ATTEMPTS = 5;

/** Ended members are merged into one file after this time in milliseconds, or all at once if there are more of them than this. */
const [MERGE_AFTER, MAX_ENDED] = [60_000, 16];

/** The other members of the group: running ones, ended ones, and the totals of those that were merged into one file. */
export class Roster {
  private readonly byName = new Map<string, Member>();
  private ended: EndedTotals;
  private readonly refreshing = new SharedRun(() => this.refresh());
  private isMerging = false;
  private readonly lastWindows = new LastWindows((source) => this.isCurrent(source));

  constructor(
    private readonly directory: GroupDirectory,
    private readonly own: MemberName,
    private readonly listener: MemberListener,
    private readonly slices: SliceQueue,
    /** The readers of this process. */
    private readonly readers: () => readonly string[],
  ) {
    this.ended = new EndedTotals(directory, own);
  }

  /** Without those that were merged: they are part of the file of ended members. */
  get members(): readonly Member[] {
    return [...this.byName.values()].filter(({ name }) => !this.ended.has(name));
  }

  /** Whether there are ended members that are not merged yet. */
  get hasEnded(): boolean {
    return this.members.some(({ state }) => state === 'ended');
  }

  find({ text }: MemberName): Member | undefined {
    return this.byName.get(text);
  }

  /** The numbers of all members, including ended ones. */
  get sources(): ReceivedSource[] {
    const sources = this.members.map(({ source }) => source);
    return this.ended.source === undefined ? sources : [...sources, this.ended.source];
  }

  /** The totals of ended members. */
  get endedSources(): ReceivedSource[] {
    const sources = this.members.flatMap(({ state, source }) => (state === 'ended' ? [source] : []));
    return this.ended.source === undefined ? sources : [...sources, this.ended.source];
  }

  /** The CPU time of processes that have ended. */
  get endedCpu(): CpuTimes[] {
    const members = this.members.filter(({ state, name }) => state === 'ended' && name.thread === null);
    return [...this.ended.cpu, ...members.map(({ source }) => cpuOf(source))];
  }

  /** Reads the directory, and updates the members. */
  update(): Promise<GroupFiles> {
    return this.refreshing.run();
  }

  /**
   * Reads all members. Those that do not answer within a second keep their last known numbers.
   *
   * @throws if the directory cannot be used. No window is lost then.
   */
  async read(read: Read): Promise<Map<SourceKey, WindowReads>> {
    await this.lastWindows.settled();
    const listedAt = realClock();
    await this.update();
    const windows = new Map<SourceKey, WindowReads>();
    const takeLast = async (ended: EndedProcesses) => {
      if (read.kind !== 'window') return;
      const window = await this.lastWindows.take(ended, read.reader, listedAt);
      if (window !== undefined) windows.set(ended.source, window);
    };
    const { merged } = this.ended;
    const reads = await Promise.allSettled([
      ...this.members.map(async (member) => {
        const window = await member.read(read);
        if (window !== undefined) windows.set(member.source, window);
        else if (member.state === 'ended' && member.saved !== undefined) await takeLast(member);
      }),
      ...(merged === undefined ? [] : [takeLast(merged)]),
    ]);
    // It was merged since the directory was read.
    if (this.members.some(({ isGone }) => isGone)) await this.update().catch(() => {});
    const failed = reads.find((result) => result.status === 'rejected');
    if (failed === undefined) return windows;
    giveBackAll([...windows.values()]);
    throw failed.reason;
  }

  /** Merges members that ended some time ago into one file. The leader calls it regularly. */
  async mergeEnded(): Promise<void> {
    if (this.isMerging) return;
    this.isMerging = true;
    try {
      await this.lastWindows.exclusively(() => this.merge());
    } finally {
      this.isMerging = false;
    }
  }

  /** Forgets all members, after their files were removed. */
  forget(): void {
    this.close();
    this.byName.clear();
    this.ended = new EndedTotals(this.directory, this.own);
  }

  close(): void {
    for (const member of this.members) member.close();
  }

  private async merge(): Promise<void> {
    const files = await this.update();
    const ended = this.members.filter(({ state }) => state === 'ended');
    const isDue = (member: Member) => realClock() - (member.endedAt ?? 0) >= MERGE_AFTER;
    const due = ended.length > MAX_ENDED ? ended : ended.filter((member) => isDue(member));
    // The last leader knows readers that this process may not know: they have read before it joined.
    const readers = [...ended.flatMap((member) => member.readers), ...this.readers()];
    if (due.length === 0 || !(await this.ended.add(due, files, readers))) return;
    for (const member of due) this.byName.delete(member.name.text);
  }

  private async isCurrent(source: ReceivedSource): Promise<boolean> {
    // If the directory cannot be read, nothing can be merged.
    await this.update().catch(() => {});
    return this.sources.includes(source);
  }

  /**
   * Reads the directory until nothing was replaced during the read. A new file of ended members exists before the files of these
   * members are removed, so none of them is missed.
   */
  private async refresh(): Promise<GroupFiles> {
    for (let attempt = 1; ; attempt++) {
      const files = await this.directory.files();
      const isNewer = files.latest.ended > this.ended.number;
      const isComplete = await this.ended.refresh(files).then(
        () => true,
        () => false,
      );
      const present = new Set(files.members.map(({ text }) => text));
      for (const name of files.members) this.add(name);
      for (const [text, member] of this.byName) {
        // The latest file does not list members that an earlier one has merged. Their own files are not there any more.
        const hasFiles = present.has(text) || files.names.includes(`${text}.sock`);
        const isMerged = this.ended.has(member.name) || (isNewer && isComplete && !hasFiles);
        if (!isMerged) continue;
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
    const keep: OnNotGivenBack = (reader, intervals) => this.lastWindows.keep(reader, intervals);
    this.byName.set(text, new Member(name, this.directory, this.listener, this.slices, keep));
  }
}
