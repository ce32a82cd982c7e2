import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileHandle } from 'node:fs/promises';

/** What is kept of one capture. */
export interface Capture {
  /** The name of its file. */
  id: string;
  /** When it was captured, such as `2026-01-31T23:59:59.123Z`. */
  time: string;
  bytes: number;
}

/** Made by {@link nameOf}: nothing in it that has a meaning in a path. */
const ID = /^[a-z]+(?:-[a-z]+)*-(\d{8}T\d{9}Z)-\d+(?:-\d+)?\.(?:cpuprofile|heapprofile|pb\.gz|txt|json)$/;

/** Marks a file that is not complete. */
const PARTIAL = '.partial';

/** Milliseconds after which an incomplete file is abandoned: no process writes it any more. */
const PARTIAL_AGE = 10 * 60_000;

/** A capture that is larger than all of them together may be. */
class CaptureTooLargeError extends Error {
  override readonly name = 'CaptureTooLargeError';
}

/**
 * Keeps captures in a directory that only the user of the process can read: each file is complete or not there, and the
 * oldest ones make room for new ones. Several processes may share the directory.
 */
export class CaptureStore {
  private count = 0;

  /**
   * @param maxBytes of all captures together.
   * @param maxAge milliseconds that one is kept.
   */
  constructor(
    readonly directory: string,
    private readonly maxBytes: number,
    private readonly maxAge: number,
  ) {}

  /**
   * Makes the directory if it is missing.
   *
   * @throws Error if others can read it, or it cannot be made or written to.
   */
  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const { mode } = await stat(this.directory);
    // Windows has no such modes.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(`its mode is 0${(mode & 0o777).toString(8)}, and must be 0700`);
    }
  }

  /**
   * @param kind what it is of, such as `cpu`: letters and dashes.
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

  /** All captures, newest first; none where there is no directory yet. */
  async list(): Promise<Capture[]> {
    const captures: Capture[] = [];
    for (const name of await this.names()) {
      if (!ID.test(name)) continue;
      const found = await stat(join(this.directory, name)).catch(() => undefined);
      if (found?.isFile() === true) captures.push(captureOf(name, found.size));
    }
    return captures.sort((a, b) => b.time.localeCompare(a.time) || b.id.localeCompare(a.id));
  }

  /**
   * Opens a capture to read it. The caller closes it.
   *
   * @returns `undefined` for an id that is none, or of a capture that is gone.
   */
  async open(id: string): Promise<{ file: FileHandle; capture: Capture } | undefined> {
    if (!ID.test(id)) return undefined;
    // Whoever can write to the directory must not be able to have another file read through it.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const file = await open(join(this.directory, id), flags).catch(() => undefined);
    if (file === undefined) return undefined;
    const found = await file.stat();
    if (found.isFile()) return { file, capture: captureOf(id, found.size) };
    await file.close();
    return undefined;
  }

  private async removeOld(): Promise<void> {
    const now = Date.now();
    let bytes = 0;
    for (const { id, time, bytes: size } of await this.list()) {
      bytes += size;
      const isOld = now - Date.parse(time) > this.maxAge;
      if (isOld || bytes > this.maxBytes) await rm(join(this.directory, id), { force: true });
    }
    for (const name of await this.names()) {
      const [, time] = ID.exec(name.slice(0, -PARTIAL.length)) ?? [];
      if (!name.endsWith(PARTIAL) || time === undefined) continue;
      if (now - Date.parse(isoTime(time)) > PARTIAL_AGE)
        await rm(join(this.directory, name), { force: true });
    }
  }

  private names(): Promise<string[]> {
    return readdir(this.directory).catch(() => []);
  }
}

/** The process is in the name, since several may write at the same time. */
function nameOf(kind: string, extension: string, count: number): string {
  const time = new Date().toISOString().replace(/[-:.]/g, '');
  return `${kind}-${time}-${process.pid}-${count}.${extension}`;
}

function captureOf(id: string, bytes: number): Capture {
  const [, time] = ID.exec(id) ?? [];
  return { id, time: time === undefined ? '' : isoTime(time), bytes };
}

/** `20260131T235959123Z` with its punctuation again. */
function isoTime(time: string): string {
  return time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z');
}
