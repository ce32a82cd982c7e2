import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { WIRE_VERSION } from '../wire/lines.js';

/** A file that has grown beyond this, and to several times what it was when it was written, is written anew. */
const MAX_BYTES = 1024 * 1024;
const GROWTH = 4;

/**
 * The file with the totals of one member: lines that are appended, each time only what has changed. Only its member writes it.
 * One that was cut off in the middle of a line is good up to there.
 */
export class TotalsFile {
  private handle: FileHandle | undefined;
  private size = 0;
  private sizeAtStart = 0;

  constructor(
    private readonly path: string,
    private readonly member: string,
  ) {}

  /** Whether the next lines must be all of them: they become a new file. */
  get isDue(): boolean {
    return this.handle === undefined || this.size > Math.max(MAX_BYTES, GROWTH * this.sizeAtStart);
  }

  /** Writes a new file, and puts it in the place of the present one. */
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

  /** Closes it if somebody has removed it, such as a job that cleans up temporary files: then it is due. */
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
