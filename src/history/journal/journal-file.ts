import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';

/**
 * A file to which lines are appended, and the older file that it has replaced. Only this process writes to them. After an error, for
 * example on a full disk, both are unchanged: a line that was written in part is removed by the next write.
 */
export class JournalFile {
  private readonly new: string;
  private readonly old: string;
  /** Bytes that were written completely. */
  private size = 0;

  constructor(private readonly path: string) {
    this.new = `${path}.new`;
    this.old = `${path}.old`;
  }

  /**
   * @returns `false` if what was written before is not there any more: another program has removed or emptied the file.
   * @throws if it cannot be written.
   */
  async append(text: string): Promise<boolean> {
    // Unlike `a`, `r+` does not create the file.
    const handle = await open(this.path, 'r+').catch(ifMissing);
    if (handle === undefined) return false;
    try {
      const { size } = await handle.stat();
      if (size < this.size) return false;
      if (size > this.size) await handle.truncate(this.size);
      this.size = await writeAt(handle, this.size, text);
      return true;
    } finally {
      await handle.close();
    }
  }

  /**
   * Begins a new file. The present one becomes the older one.
   *
   * @returns `false` if there is no present one any more.
   * @throws if it cannot be written.
   */
  async rotate(text: string): Promise<boolean> {
    const size = await this.writeNew([text]);
    const isThere = await this.orRemoveNew(async () => {
      await rename(this.path, this.old);
      await rename(this.new, this.path);
      return true;
    }).catch(ifMissing);
    if (isThere !== true) return false;
    this.size = size;
    return true;
  }

  /** Replaces both files by a new one. @throws if it cannot be written. */
  async replace(texts: Iterable<string>): Promise<void> {
    const size = await this.writeNew(texts);
    await this.orRemoveNew(() => rename(this.new, this.path));
    this.size = size;
    await rm(this.old, { force: true });
  }

  private async writeNew(texts: Iterable<string>): Promise<number> {
    await rm(this.new, { force: true });
    const handle = await open(this.new, 'wx', 0o600);
    return this.orRemoveNew(async () => {
      try {
        let size = 0;
        for (const text of texts) size = await writeAt(handle, size, text);
        return size;
      } finally {
        await handle.close();
      }
    });
  }

  private async orRemoveNew<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      await rm(this.new, { force: true });
      throw thrown;
    }
  }
}

/** @returns the end of the text in the file. */
async function writeAt(handle: FileHandle, position: number, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
  return position + written;
}

function ifMissing(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ENOENT') throw thrown;
}
