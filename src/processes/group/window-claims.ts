import { createHash } from 'node:crypto';
import { oldestBeyond } from '../../common/oldest-beyond.js';
import type { GroupDirectory } from './group-directory.js';
import { MAX_READERS } from './reader-bases.js';

const CLAIM = /^(.+)\.[0-9a-f]{16}$/;

/**
 * Which readers have taken their last window of processes that have ended. Each window is delivered once, by the process that first
 * creates the claim file of the reader.
 */
export class WindowClaims {
  /** The attempts of this process, for the last {@link MAX_READERS} readers. Those that have read last come last. */
  private readonly attempts = new Map<string, Promise<boolean>>();

  /** @param owner the name of the member, or of the file of merged members. */
  constructor(
    private readonly directory: GroupDirectory,
    private readonly owner: string,
  ) {}

  /**
   * @returns whether the caller is the first one, and may deliver the window.
   * @throws if the file cannot be created, for example on a full disk. The next call tries it again.
   */
  async claim(reader: string): Promise<boolean> {
    const known = this.attempts.get(reader);
    this.attempts.delete(reader);
    const attempt = known ?? this.directory.createOnce(this.fileOf(reader), reader);
    this.attempts.set(reader, attempt);
    if (known !== undefined) return false;
    attempt.catch(() => this.attempts.delete(reader));
    // Otherwise, clients with ever new readers could fill the directory and the memory.
    const oldest = oldestBeyond(MAX_READERS, this.attempts);
    if (oldest !== undefined) void this.forget(oldest);
    return attempt;
  }

  /** Like {@link claim}, also if another process has released its claim since an attempt of this one. */
  async claimAgain(reader: string): Promise<boolean> {
    if (await this.attempts.get(reader)?.catch(() => false)) return false;
    this.attempts.delete(reader);
    return this.claim(reader);
  }

  /** Removes a claim of this process: the window was not delivered. */
  async release(reader: string): Promise<void> {
    await this.directory.remove([this.fileOf(reader)]).catch(() => {});
    this.attempts.delete(reader);
  }

  /**
   * The readers that have taken their window, from any process.
   *
   * @param names of all files.
   */
  async readers(names: readonly string[]): Promise<string[]> {
    const files = names.filter((name) => ownerOfClaim(name) === this.owner);
    const readers = await Promise.all(files.map((name) => this.directory.readText(name)));
    // Another process may not have written it yet.
    return readers.filter((reader) => reader !== undefined && reader !== '') as string[];
  }

  private async forget(reader: string): Promise<void> {
    const attempt = this.attempts.get(reader);
    this.attempts.delete(reader);
    if (await attempt?.catch(() => false)) await this.release(reader);
  }

  private fileOf(reader: string): string {
    return `${this.owner}.${createHash('sha256').update(reader).digest('hex').slice(0, 16)}`;
  }
}

/** The owner of a claim file; `undefined` for other files. */
export function ownerOfClaim(name: string): string | undefined {
  return CLAIM.exec(name)?.[1];
}
