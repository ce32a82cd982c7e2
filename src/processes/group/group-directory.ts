import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DIRECTORY_IS_SHARED, DIRECTORY_OF_ANOTHER, NOT_A_DIRECTORY } from '../processes.messages.js';
import { processExists } from './liveness.js';
import type { MemberName } from './member-name.js';
import { parseName } from './member-name.js';

/** A file of a group's directory that has a number: `ended-3`. */
export type NumberedFile = 'ended' | 'leader';

/** What is in a group's directory. */
export interface GroupFiles {
  /** Those that have a file with their totals. */
  readonly members: readonly MemberName[];
  /** The highest number of each; 0 if there is none. */
  readonly latest: Readonly<Record<NumberedFile, number>>;
  readonly names: readonly string[];
}

const DEFAULT_PARENT = /nestjs-monitor-\d+$/;

/** Milliseconds since the last member saved its totals. */
const ABANDONED_AFTER = 300_000;

const NUMBERED = /^(ended|leader)-(\d{1,15})$/;

/**
 * The directory of a group. Only this user may read it: whoever can write into it can make the group say anything, and connect to
 * its processes.
 */
export class GroupDirectory {
  constructor(
    readonly path: string,
    private readonly platform: NodeJS.Platform = process.platform,
  ) {}

  /** Creates the directory, and the one that it is in. @throws if it is not only this user's. */
  async create(): Promise<void> {
    const parent = join(this.path, '..');
    await makeDirectory(this.path);
    await this.check(this.path);
    // The default is below the directory for temporary files, where anybody could have made the parent.
    if (DEFAULT_PARENT.test(parent)) await this.check(parent);
  }

  async files(): Promise<GroupFiles> {
    const names = await readdir(this.path).catch((error: NodeJS.ErrnoException) => {
      // Somebody has removed it. It is there again with the next save.
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

  /** @returns whether it was this call that created the file, of all processes. */
  async createOnce(name: string): Promise<boolean> {
    try {
      const handle = await open(join(this.path, name), 'wx', 0o600);
      await handle.close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  /**
   * Removes what clusters have left that were killed as a whole, with their primary: nobody comes back to their directory. Those of a
   * group that lives save their totals at least every half minute.
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

  async readText(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path, name), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Puts a text in the place of the one before. */
  async writeText(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  /** Removes the files of these names. One that is not there is none to remove. */
  async remove(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => rm(join(this.path, name), { force: true })));
  }

  /** Removes the directory if it is empty. */
  async removeIfEmpty(): Promise<void> {
    await rmdir(this.path).catch(() => {});
  }

  private async check(path: string): Promise<void> {
    const stats = await lstat(path);
    // A symbolic link is none: it could lead anywhere later.
    if (!stats.isDirectory()) throw new Error(NOT_A_DIRECTORY(path));
    const user = process.getuid?.();
    if (user === undefined) return;
    if (stats.uid !== user) throw new Error(DIRECTORY_OF_ANOTHER(path, stats.uid));
    if ((stats.mode & 0o077) !== 0) throw new Error(DIRECTORY_IS_SHARED(path, stats.mode & 0o777));
  }
}

/** Creates a directory and those that it is in. Node's own `recursive` never ends where the system says ENOENT for good, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  const make = () =>
    mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    const parent = join(path, '..');
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    await makeDirectory(parent);
    await make();
  }
}
