import { link, rm } from 'node:fs/promises';
import { inSlices } from '../../common/slices.js';
import type { CpuTimes } from '../../metrics/source/merged-facts.js';
import { ReceivedSource } from '../received/received-source.js';
import type { TotalsLine } from '../wire/lines.js';
import { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import type { GroupDirectory, GroupFiles } from './group-directory.js';
import type { Member } from './member.js';
import type { MemberName } from './member-name.js';
import { noFacts } from './no-facts.js';
import { readTotals } from './read-totals.js';
import { TotalsFile } from './totals-file.js';

/**
 * The totals of all members that ended some time ago, in one file, so that restarts pile up neither files nor series. Each new
 * state of it is a new file, with a higher number, which names the members that are in it.
 */
export class EndedTotals {
  source: ReceivedSource | undefined;
  private number = 0;
  private members: ReadonlySet<string> = new Set();

  constructor(
    private readonly directory: GroupDirectory,
    private readonly own: MemberName,
  ) {}

  has({ text }: MemberName): boolean {
    return this.members.has(text);
  }

  get cpu(): CpuTimes[] {
    return this.source === undefined ? [] : [cpuOf(this.source)];
  }

  /** Reads the latest file, if there is a new one. @throws if it has been replaced meanwhile. */
  async refresh({ latest }: GroupFiles): Promise<void> {
    if (latest.ended <= this.number) return;
    const source = new ReceivedSource(noFacts(0, null));
    const { members } = await readTotals(this.directory.numbered('ended', latest.ended), source);
    if (latest.ended <= this.number) return;
    this.number = latest.ended;
    this.members = new Set(members);
    this.source = source;
  }

  /**
   * Merges members that have ended into a new file, and removes theirs. Only the leader does it.
   *
   * @returns whether it was done: another one may have been faster.
   */
  async add(members: readonly Member[], files: GroupFiles): Promise<boolean> {
    const { directory, own } = this;
    const sum = new ReceivedSource(noFacts(0, null));
    const ended = members.map(({ source }) => source);
    for (const source of [...(this.source ? [this.source] : []), ...ended]) await inSlices(sum.add(source));
    const times = [
      ...this.cpu,
      ...members.flatMap((member) => (member.name.thread === null ? [cpuOf(member.source)] : [])),
    ];
    sum.latestFacts.process.cpu.user_time = times.reduce((total, { user }) => total + user, 0);
    sum.latestFacts.process.cpu.system_time = times.reduce((total, { system }) => total + system, 0);
    // The names of those whose files are still there: they must not be counted again.
    const names = [
      ...files.members.filter((name) => this.has(name)).map(({ text }) => text),
      ...members.map(({ name }) => name.text),
    ];
    const lines: string[] = [`${JSON.stringify(['members', names])}\n`];
    const take = (line: TotalsLine) => void lines.push(`${JSON.stringify(line)}\n`);
    await inSlices(new SnapshotEncoder().encode(sum, take));
    const next = Math.max(this.number, files.latest.ended) + 1;
    const temporary = directory.in(`${own.text}.merging`);
    const file = new TotalsFile(temporary, own.text);
    await file.rewrite(lines);
    await file.close();
    try {
      // Unlike renaming, this fails if there is one already.
      await link(temporary, directory.numbered('ended', next));
    } catch {
      return false;
    } finally {
      await rm(temporary, { force: true });
    }
    this.number = next;
    this.members = new Set(names);
    this.source = sum;
    await this.clean(files);
    return true;
  }

  private clean({ names }: GroupFiles): Promise<void> {
    const merged = [...this.members];
    const old = names.filter((name) => {
      const [, number] = /^ended-(\d+)$/.exec(name) ?? [];
      if (number !== undefined) return Number(number) < this.number;
      // The file, the socket and the claims of a member. The journal of its history is kept for as long as histories are.
      return !isJournal(name) && merged.some((member) => name.startsWith(`${member}.`));
    });
    return this.directory.remove(old);
  }
}

function isJournal(name: string): boolean {
  return /\.(seconds|tens)(\.old)?$/.test(name);
}

export function cpuOf(source: ReceivedSource): CpuTimes {
  const { user_time: user, system_time: system } = source.facts().process.cpu;
  return { user: user ?? 0, system: system ?? 0 };
}
