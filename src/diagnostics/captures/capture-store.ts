import { constants } from 'node:fs';
import { chmod, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import { makeDirectory } from '../../common/make-directory.js';

/** A stored capture. */
export interface Capture {
  /** The name of its file. */
  id: string;
  /** When it was captured, such as `2026-01-31T23:59:59.123Z`. */
  time: string;
  bytes: number;
}

/** The names that {@link nameOf} makes. They contain nothing that has a meaning in a path. */
const ID = /^[a-z]+(?:-[a-z]+)*-(\d{8}T\d{9}Z)-\d+(?:-\d+)?\.(?:cpuprofile|heapprofile|pb\.gz|txt|json)$/;

/** Marks a file that is not complete. */
const PARTIAL = '.partial';

/** Milliseconds after which no process writes to an incomplete file any more. It is then removed. */
const PARTIAL_AGE = 10 * 60_000;

/** A capture is larger than the limit for all captures together. */
class CaptureTooLargeError extends Error {
  override readonly name = 'CaptureTooLargeError';
}

/**
 * Keeps captures in a directory that only the user of the process can read. A file appears only when it is complete, and the
 * oldest ones are removed to make room for new ones. Several processes may share the directory.
 */
export class CaptureStore {
  private count = 0;

  /**
   * @param maxBytes limit for all captures together.
   * @param maxAge milliseconds that a capture is kept.
   */
  constructor(
    readonly directory: string,
    private readonly maxBytes: number,
    private readonly maxAge: number,
  ) {}

  /**
   * Creates the directory if it is missing, and deletes what is too old in it.
   *
   * @throws Error if it is a file, other users have access to it, or it cannot be created.
   */
  async prepare(): Promise<void> {
    await makeDirectory(this.directory);
    const found = await stat(this.directory);
    if (!found.isDirectory()) throw new Error('it is not a directory');
    const { mode, uid } = found;
    const user = process.getuid?.();
    // Windows has neither users nor modes.
    if (user !== undefined) {
      if (uid !== user) throw new Error(`it belongs to user ${uid}, and must belong to user ${user}`);
      if ((mode & 0o077) !== 0)
        throw new Error(`its mode is 0${(mode & 0o777).toString(8)}, and must be 0700`);
    }
    await this.removeOld();
  }

  /**
   * @param kind such as `cpu`: letters and dashes.
   * @param extension without a dot.
   */
  async save(kind: string, extension: string, data: string | Buffer): Promise<Capture> {
    const bytes = Buffer.byteLength(data);
    if (bytes > this.maxBytes) throw new CaptureTooLargeError(`${bytes} bytes of ${this.maxBytes}`);
    await this.prepare();
    const id = nameOf(kind, extension, this.count++);
    const [partial, complete] = [join(this.directory, `${id}${PARTIAL}`), join(this.directory, id)];
    const file = await open(partial, 'wx', 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, complete);
    await chmod(complete, 0o600);
    await this.removeOld();
    return captureOf(id, bytes);
  }

  /** The captures that are not too old, newest first; none if there is no directory yet. */
  async list(): Promise<Capture[]> {
    return (await this.all()).filter((capture) => !this.isOld(capture));
  }

  /**
   * Opens a capture to read it. The caller closes it.
   *
   * @returns `undefined` if the id is invalid, or its capture no longer exists or is too old.
   */
  async open(id: string): Promise<{ file: FileHandle; capture: Capture } | undefined> {
    if (!ID.test(id) || this.isOld(captureOf(id, 0))) return undefined;
    // A symbolic link in the directory must not give access to another file.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const file = await open(join(this.directory, id), flags).catch(() => undefined);
    if (file === undefined) return undefined;
    const found = await file.stat();
    if (found.isFile()) return { file, capture: captureOf(id, found.size) };
    await file.close();
    return undefined;
  }

  private async all(): Promise<Capture[]> {
    const captures: Capture[] = [];
    for (const name of await this.names()) {
      if (!ID.test(name)) continue;
      const found = await stat(join(this.directory, name)).catch(() => undefined);
      if (found?.isFile() === true) captures.push(captureOf(name, found.size));
    }
    return captures.sort((a, b) => b.time.localeCompare(a.time) || b.id.localeCompare(a.id));
  }

  private async removeOld(): Promise<void> {
    const now = Date.now();
    let bytes = 0;
    for (const capture of await this.all()) {
      bytes += capture.bytes;
      const isRemoved = this.isOld(capture) || bytes > this.maxBytes;
      if (isRemoved) await rm(join(this.directory, capture.id), { force: true });
    }
    for (const name of await this.names()) {
      const [, time] = ID.exec(name.slice(0, -PARTIAL.length)) ?? [];
      if (!name.endsWith(PARTIAL) || time === undefined) continue;
      if (now - Date.parse(isoTime(time)) > PARTIAL_AGE)
        await rm(join(this.directory, name), { force: true });
    }
  }

  private isOld({ time }: Capture): boolean {
    return Date.now() - Date.parse(time) > this.maxAge;
  }

  private names(): Promise<string[]> {
    return readdir(this.directory).catch(() => []);
  }
}

/** The name contains the process id, since several processes may write at the same time. */
function nameOf(kind: string, extension: string, count: number): string {
  const time = new Date().toISOString().replace(/[-:.]/g, '');
  return `${kind}-${time}-${process.pid}-${count}.${extension}`;
}

function captureOf(id: string, bytes: number): Capture {
  const [, time] = ID.exec(id) ?? [];
  return { id, time: time === undefined ? '' : isoTime(time), bytes };
}

/** Turns `20260131T235959123Z` into `2026-01-31T23:59:59.123Z`. */
function isoTime(time: string): string {
  return time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z');
}
