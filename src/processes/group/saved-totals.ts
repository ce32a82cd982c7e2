import { inSlices } from '../../common/slices.js';
import type { MetricsView } from '../../metrics/source/metrics-source.js';
import { SharedRun } from '../../common/shared-run.js';
import { ReceivedSource } from '../received/received-source.js';
import type { TotalsLine } from '../wire/lines.js';
import { SnapshotDecoder } from '../wire/snapshot.decoder.js';
import { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import { ReaderBases } from './reader-bases.js';
import { SavedFamilies } from './saved-families.js';
import type { TotalsFile } from './totals-file.js';

/** The last line of a file whose member has closed its application: nothing is missing. */
const FINAL_LINE = JSON.stringify(['z']);

/** What is needed from the registry of this process. */
export interface LocalNumbers {
  /** Brings all numbers up to date. */
  now(): MetricsView | Promise<MetricsView>;
  latest(): MetricsView;
}

/**
 * The numbers of this process, as they were last saved. Only these are sent to other processes and are part of merged numbers: if
 * this process is killed right after a read, its file still has what was read.
 */
export class SavedTotals {
  readonly source: ReceivedSource;
  private encoder = new SnapshotEncoder();
  private decoder: SnapshotDecoder;
  private readonly saving = new SharedRun(() => this.write());
  readonly bases: ReaderBases;
  private readonly families: SavedFamilies;
  /** Readers whose windows end with the next save. */
  private marks: string[] = [];
  private hasSavedNews = false;
  private isFinal = false;

  constructor(
    private readonly local: LocalNumbers,
    private readonly file: TotalsFile,
  ) {
    this.source = new ReceivedSource(local.latest().facts());
    this.decoder = new SnapshotDecoder(this.source);
    this.bases = new ReaderBases(this.source);
    this.families = new SavedFamilies(this.source);
  }

  /**
   * Saves the current numbers. All calls during a save share the next one.
   *
   * @param reader a reader that has just opened a window.
   * @throws if they cannot be saved. {@link source} then stays as it was.
   */
  save(reader?: string): Promise<void> {
    if (reader !== undefined) this.mark(reader);
    return this.saving.run();
  }

  /**
   * Whether a counter or histogram has changed since the last call, or the file must be written again. Metrics that also change in an
   * idle process are left out.
   */
  async takeNews(): Promise<boolean> {
    const hasSaved = this.hasSavedNews;
    this.hasSavedNews = false;
    return hasSaved || this.file.isDue || inSlices(this.encoder.hasNews(this.local.latest()));
  }

  /** Records that a reader has opened a window, and has read everything before it. */
  mark(reader: string): void {
    this.marks.push(reader);
  }

  /** The readers of this process, those that have read last at the end. */
  get readers(): readonly string[] {
    return this.bases.readers;
  }

  /** Saves a last time, and marks the file as final: nothing is missing. */
  async end(): Promise<void> {
    try {
      await this.save();
      this.isFinal = true;
      await this.file.append([`${FINAL_LINE}\n`]);
    } finally {
      this.isFinal = true;
      await this.file.close();
    }
  }

  private async write(): Promise<void> {
    if (this.isFinal) return;
    const [marks, changedBases] = [this.marks.splice(0), this.bases.changedLines()];
    const view = await this.local.now();
    await this.file.closeIfRemoved();
    const isWhole = this.file.isDue;
    if (isWhole) {
      this.encoder = new SnapshotEncoder();
      this.decoder = new SnapshotDecoder(this.source);
    }
    this.hasSavedNews ||= await inSlices(this.encoder.hasNews(view));
    const lines: TotalsLine[] = [];
    // These come first: they are about series that this save may remove.
    const texts = isWhole ? [] : changedBases;
    const take = (line: TotalsLine, kind?: string) => {
      lines.push(line);
      // Gauges are not saved: after the process has ended, they have no value.
      if (kind !== 'g') texts.push(`${JSON.stringify(line[0] === 'i' ? withoutBlocks(line) : line)}\n`);
    };
    await inSlices(this.encoder.encode(view, take));
    const stale = isWhole ? this.families.staleAfter(this.encoder) : undefined;
    if (stale !== undefined) texts.push(...(await inSlices(this.bases.lines(stale))));
    for (const reader of marks) texts.push(`${JSON.stringify(['m', reader])}\n`);
    try {
      await (isWhole ? this.file.rewrite(texts) : this.file.append(texts));
    } catch (thrown) {
      // For the encoder, these lines are already written. So the next save writes everything.
      await this.file.close().catch(() => {});
      throw thrown;
    }
    // Their remaining series are among the lines.
    for (const family of stale ?? []) this.source.remove(family);
    this.families.keep(this.encoder);
    await inSlices(decodeAll(this.decoder, lines));
    for (const reader of marks) this.bases.mark(reader);
  }
}

function* decodeAll(decoder: SnapshotDecoder, lines: readonly TotalsLine[]) {
  for (const line of lines) {
    decoder.decode(line);
    yield;
  }
}

function withoutBlocks([tag, startTime, facts]: Extract<TotalsLine, readonly ['i', ...unknown[]]>) {
  return [tag, startTime, { ...facts, eventloop_blocks: [] }];
}
