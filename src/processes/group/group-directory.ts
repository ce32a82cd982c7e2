import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../../common/make-directory.js';
import { DIRECTORY_IS_SHARED, DIRECTORY_OF_ANOTHER, NOT_A_DIRECTORY } from '../processes.messages.js';
import { processExists } from './liveness.js';
import type { MemberName } from './member-name.js';
import { parseName } from './member-name.js';

/** A numbered file in the directory of a group, such as `ended-3`. */
export type NumberedFile = 'ended' | 'leader';

/** The contents of the directory of a group. */
export interface GroupFiles {
  /** Members that have a totals file. */
  readonly members: readonly MemberName[];
  /** The highest number of each kind of file; 0 if there is none. */
  readonly latest: Readonly<Record<NumberedFile, number>>;
  readonly names: readonly string[];
}

const DEFAULT_PARENT = /nestjs-monitor-\d+$/;

/** Milliseconds since the last save of any member, after which a group counts as abandoned. */
const ABANDONED_AFTER = 300_000;

const NUMBERED = /^(ended|leader)-(\d{1,15})$/;

/**
 * The directory of a group. Only this user may have access: anyone who can write to it can change the numbers of the group and
 * connect to its processes.
 */
export class GroupDirectory {
  constructor(
    readonly path: string,
    private readonly platform: NodeJS.Platform = process.platform,
  ) {}

  /** Creates the directory and its parents. @throws if it is no directory, or other users own it or have access. */
  async create(): Promise<void> {
    const parent = join(this.path, '..');
    await makeDirectory(this.path);
    await this.check(this.path);
    // The default parent is in the directory for temporary files, where any user could have created it.
    if (DEFAULT_PARENT.test(parent)) await this.check(parent);
  }

  async files(): Promise<GroupFiles> {
    const names = await readdir(this.path).catch((error: NodeJS.ErrnoException) => {
      // The directory was removed. The next save creates it again.
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const latest = { ended: 0, leader: 0 };
    const members: MemberName[] = [];
    for (const name of names) {
      const [, file, number] = NUMBERED.exec(name) ?? [];
      if (file === 'ended' || file === 'leader') latest[file] = Math.max(latest[file], Number(number));
      const member = name.endsWith('.totals') ? parseName(name.slice(0, -'.totals'.length)) : undefined;
      if (member !== undefined) members.push(member);
    }
    return { members, latest, names };
  }

  /** The file in which a member saves its totals. */
  totalsOf({ text }: MemberName): string {
    return join(this.path, `${text}.totals`);
  }

  /** Where a member can be reached: a Unix socket, or a named pipe on Windows. */
  addressOf({ text }: MemberName): string {
    if (this.platform !== 'win32') return join(this.path, `${text}.sock`);
    const group = createHash('sha256').update(this.path).digest('hex').slice(0, 16);
    return `\\\\.\\pipe\\nestjs-monitor-${group}-${text}`;
  }

  numbered(file: NumberedFile, number: number): string {
    return join(this.path, `${file}-${number}`);
  }

  in(name: string): string {
    return join(this.path, name);
  }

  /** @returns whether this call created the file with this text; `false` if it exists already, whichever process created it. */
  async createOnce(name: string, text: string): Promise<boolean> {
    try {
      await writeFile(join(this.path, name), text, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  /**
   * Removes the directories of clusters that were killed together with their primary: no new process uses them. Running members save
   * their totals at least every half minute.
   */
  async removeAbandoned(): Promise<void> {
    const parent = join(this.path, '..');
    if (!DEFAULT_PARENT.test(parent)) return;
    for (const name of await readdir(parent)) {
      const path = join(parent, name);
      if (path === this.path || !/^[0-9a-f]{16}$/.test(name)) continue;
      const other = new GroupDirectory(path, this.platform);
      const { members } = await other.files();
      const stats = await Promise.all(members.map((member) => lstat(other.totalsOf(member))));
      const isOld = stats.every(({ mtimeMs }) => Date.now() - mtimeMs > ABANDONED_AFTER);
      if (members.length > 0 && isOld && !members.some(({ pid }) => processExists(pid))) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }

  /** @returns `undefined` if there is no such file. @throws if it cannot be read: it would be wrong to go on as if there were none. */
  async readText(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Replaces a text: writes a new file, and renames it. */
  async writeText(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  /** Removes the files with these names. Missing files are ignored. */
  async remove(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => rm(join(this.path, name), { force: true })));
  }

  /** Removes the directory if it is empty. */
  async removeIfEmpty(): Promise<void> {
    await rmdir(this.path).catch(() => {});
  }

  private async check(path: string): Promise<void> {
    const stats = await lstat(path);
    // A symbolic link is refused: it could point anywhere later.
    if (!stats.isDirectory()) throw new Error(NOT_A_DIRECTORY(path));
    const user = process.getuid?.();
    if (user === undefined) return;
    if (stats.uid !== user) throw new Error(DIRECTORY_OF_ANOTHER(path, stats.uid));
    if ((stats.mode & 0o077) !== 0) throw new Error(DIRECTORY_IS_SHARED(path, stats.mode & 0o777));
  }
}
