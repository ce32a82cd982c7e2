import { link, rm } from 'node:fs/promises';
import { inSlices } from '../../common/slices.js';
import type { CpuTimes } from '../../metrics/source/merged-facts.js';
import { ReceivedSource } from '../received/received-source.js';
import type { TotalsLine } from '../wire/lines.js';
import { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import type { GroupDirectory, GroupFiles } from './group-directory.js';
import type { Member } from './member.js';
import type { MemberName } from './member-name.js';
import { CarriedWindows } from './carried-windows.js';
import { MergedProcesses } from './ended-processes.js';
import { noFacts } from './no-facts.js';
import { PendingWindows } from './pending-windows.js';
import { readTotals } from './read-totals.js';
import { StaleClaims } from './stale-claims.js';
import { TotalsFile } from './totals-file.js';
import { ownerOfClaim, WindowClaims } from './window-claims.js';

/**
 * The totals of all members that ended some time ago, in one file, so that files and series do not accumulate with restarts. Each
 * change writes a new file with a higher number. It lists the merged members whose own files may still exist.
 */
export class EndedTotals {
  merged: MergedProcesses | undefined;
  /** That of the file; 0 if there is none. */
  number = 0;
  private readonly staleClaims = new StaleClaims();
  private members: ReadonlySet<string> = new Set();

  constructor(
    private readonly directory: GroupDirectory,
    private readonly own: MemberName,
  ) {}

  get source(): ReceivedSource | undefined {
    return this.merged?.source;
  }

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
    const { members, pending } = await readTotals(this.directory.numbered('ended', latest.ended), source);
    if (latest.ended <= this.number) return;
    this.use(latest.ended, members, source, pending);
  }

  /**
   * Merges members that have ended into a new file, and removes their files. Only the leader does it.
   *
   * @param readers whose unread windows are kept.
   * @returns `false` if the file could not be created, because another process was faster.
   */
  async add(members: readonly Member[], files: GroupFiles, readers: readonly string[]): Promise<boolean> {
    const next = Math.max(this.number, files.latest.ended) + 1;
    const parts = [...(this.merged === undefined ? [] : [this.merged]), ...members];
    const sum = new ReceivedSource(noFacts(0, null));
    for (const { source } of parts) await inSlices(sum.add(source));
    const times = [
      ...this.cpu,
      ...members.flatMap((member) => (member.name.thread === null ? [cpuOf(member.source)] : [])),
    ];
    sum.latestFacts.process.cpu.user_time = times.reduce((total, { user }) => total + user, 0);
    sum.latestFacts.process.cpu.system_time = times.reduce((total, { system }) => total + system, 0);
    // Members of the new file whose own files still exist: they must not be counted twice.
    const names = [
      ...files.members.filter((name) => this.has(name)).map(({ text }) => text),
      ...members.map(({ name }) => name.text),
    ];
    const lines: string[] = [`${JSON.stringify(['members', names])}\n`];
    const take = (line: TotalsLine) => void lines.push(`${JSON.stringify(line)}\n`);
    await inSlices(new SnapshotEncoder().encode(sum, take));
    const pending = new PendingWindows(sum);
    const carried = new CarriedWindows(pending);
    try {
      const claimed = await Promise.all(parts.map(({ claims }) => claims.readers(files.names)));
      await carried.carryAll(parts, [...claimed.flat(), ...readers]);
      lines.push(...(await inSlices(pending.lines())));
      await this.create(next, lines);
    } catch (thrown) {
      await carried.release();
      if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw thrown;
    }
    this.use(next, names, sum, pending);
    await this.clean(files);
    return true;
  }

  private use(
    number: number,
    members: readonly string[],
    source: ReceivedSource,
    pending: PendingWindows,
  ): void {
    this.number = number;
    this.members = new Set(members);
    this.merged = new MergedProcesses(source, pending, new WindowClaims(this.directory, `ended-${number}`));
  }

  /** @throws EEXIST if another process has created the file with this number. */
  private async create(number: number, lines: readonly string[]): Promise<void> {
    const { directory, own } = this;
    const temporary = directory.in(`${own.text}.merging`);
    const file = new TotalsFile(temporary, own.text);
    try {
      await file.rewrite(lines);
      await file.close();
      // Unlike rename(), link() fails if the file exists already.
      await link(temporary, directory.numbered('ended', number));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private clean({ names, members }: GroupFiles): Promise<void> {
    const merged = [...this.members];
    const old = names.filter((name) => {
      const [, number] = /^ended-(\d+)$/.exec(name) ?? [];
      if (number !== undefined) return Number(number) < this.number;
      // The totals file and the socket of a member. Its journal is kept as long as its history is.
      const isKept = isJournal(name) || ownerOfClaim(name) !== undefined;
      return !isKept && merged.some((member) => name.startsWith(`${member}.`));
    });
    const present = new Set(members.flatMap((name) => (this.has(name) ? [] : [name.text])));
    present.add(`ended-${this.number}`);
    const stale = this.staleClaims.update(names, (owner) => present.has(owner));
    return this.directory.remove([...old, ...stale]);
  }
}

function isJournal(name: string): boolean {
  return /\.(seconds|tens)(\.old)?$/.test(name);
}

export function cpuOf(source: ReceivedSource): CpuTimes {
  const { user_time: user, system_time: system } = source.facts().process.cpu;
  return { user: user ?? 0, system: system ?? 0 };
}
