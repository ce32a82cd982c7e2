import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { SharedRun } from '../../common/shared-run.js';
import type { GroupDirectory } from './group-directory.js';
import type { MemberName } from './member-name.js';
import { parseName } from './member-name.js';
import type { Roster } from './roster.js';

/**
 * Elects the member that publishes for the group. The leader file with the highest number names it. When the leader has ended, the
 * first member that creates the file with the next number is the new one: only one can.
 */
export class Leader {
  private readonly checking = new SharedRun(() => this.check());
  private hasResigned = false;

  constructor(
    private readonly directory: GroupDirectory,
    private readonly own: MemberName,
    private readonly roster: Roster,
  ) {}

  /** Whether this member is the leader. If there is no leader any more, this member tries to become it. */
  isOwn(): Promise<boolean> {
    return this.checking.run();
  }

  /** The leader, if it is another member that still runs. */
  async other(): Promise<MemberName | undefined> {
    const { latest } = await this.roster.update();
    const name = latest.leader === 0 ? undefined : await this.leaderIn(latest.leader);
    return name === undefined || name.text === this.own.text || !(await this.isThere(name))
      ? undefined
      : name;
  }

  /** Called when this process closes: another member may become the leader. */
  resign(): void {
    this.hasResigned = true;
  }

  private async check(): Promise<boolean> {
    if (this.hasResigned) return false;
    const { latest, names } = await this.roster.update();
    const leader = latest.leader === 0 ? undefined : await this.leaderIn(latest.leader);
    if (leader?.text === this.own.text) return true;
    if (leader !== undefined && (await this.isThere(leader))) return false;
    // Threads leave this to their main thread, which may have published before it was in a group.
    if (this.hasMainThread) return false;
    return this.take(latest.leader + 1, names);
  }

  private get hasMainThread(): boolean {
    const { pid, thread } = this.own;
    if (thread === null) return false;
    return this.roster.members.some(
      ({ name, state }) => name.pid === pid && name.thread === null && state !== 'ended',
    );
  }

  private async isThere(leader: MemberName): Promise<boolean> {
    const member = this.roster.find(leader);
    await member?.probe();
    return member !== undefined && member.state !== 'ended';
  }

  private async take(number: number, names: readonly string[]): Promise<boolean> {
    const temporary = this.directory.in(`${this.own.text}.leader`);
    await writeFile(temporary, this.own.text, { mode: 0o600 });
    try {
      await link(temporary, this.directory.numbered('leader', number));
    } catch {
      return false;
    } finally {
      await rm(temporary, { force: true });
    }
    const old = names.filter((name) => /^leader-\d+$/.test(name) && name !== `leader-${number}`);
    await this.directory.remove(old);
    return !this.hasResigned;
  }

  private async leaderIn(number: number): Promise<MemberName | undefined> {
    try {
      return parseName(await readFile(this.directory.numbered('leader', number), 'utf8'));
    } catch {
      // Another member has just become the leader.
      return undefined;
    }
  }
}
