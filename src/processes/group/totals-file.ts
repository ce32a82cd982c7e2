import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { WIRE_VERSION } from '../wire/lines.js';

/** A file is rewritten when it is larger than this size, and than this multiple of its initial size. */
const MAX_BYTES = 1024 * 1024;
const GROWTH = 4;

/**
 * The file with the totals of one member. Each save appends lines with what has changed. Only its member writes it. If the file
 * was cut off within a line, the lines before are valid.
 */
export class TotalsFile {
  private handle: FileHandle | undefined;
  private size = 0;
  private sizeAtStart = 0;

  constructor(
    private readonly path: string,
    private readonly member: string,
  ) {}

  /** Whether the next save must write all lines, to a new file. */
  get isDue(): boolean {
    return this.handle === undefined || this.size > Math.max(MAX_BYTES, GROWTH * this.sizeAtStart);
  }

  /** Writes a new file, which replaces the present one. */
  async rewrite(lines: readonly string[]): Promise<void> {
    await this.close();
    const path = `${this.path}.new`;
    await rm(path, { force: true });
    const handle = await open(path, 'wx', 0o600);
    try {
      const hello = JSON.stringify(['nestjs-monitor', WIRE_VERSION, this.member]);
      this.size = this.sizeAtStart = await writeAll(handle, [`${hello}\n`, ...lines]);
      await rename(path, this.path);
    } catch (thrown) {
      await handle.close();
      await rm(path, { force: true });
      throw thrown;
    }
    this.handle = handle;
  }

  async append(lines: readonly string[]): Promise<void> {
    if (this.handle === undefined) throw new Error('closed');
    this.size += await writeAll(this.handle, lines);
  }

  /** Closes the file if it was removed, for example by a job that cleans up temporary files. The next save writes it again. */
  async closeIfRemoved(): Promise<void> {
    const { handle } = this;
    if (handle !== undefined && (await handle.stat()).nlink === 0) await this.close();
  }

  async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }
}

async function writeAll(handle: FileHandle, lines: readonly string[]): Promise<number> {
  const bytes = Buffer.from(lines.join(''));
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written);
    written += bytesWritten;
  }
  return bytes.length;
}
