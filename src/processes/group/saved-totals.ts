import { inSlices } from '../../common/slices.js';
import type { MetricsView } from '../../metrics/source/metrics-source.js';
import { SharedRun } from '../../common/shared-run.js';
import { ReceivedSource } from '../received/received-source.js';
import type { TotalsLine } from '../wire/lines.js';
import { SnapshotDecoder } from '../wire/snapshot.decoder.js';
import { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import { ReaderBases } from './reader-bases.js';
import type { TotalsFile } from './totals-file.js';

/** The last line of a file whose member has closed its application: nothing is missing. */
const FINAL_LINE = JSON.stringify(['z']);

/** What is needed of the registry of this process. */
export interface LocalNumbers {
  /** Brings all numbers up to date. */
  now(): MetricsView | Promise<MetricsView>;
  latest(): MetricsView;
}

/**
 * The numbers of this process, as they were last saved. This is all that it tells the group, and that it answers for the group
 * with: if it is killed right after, the others still find in its file what somebody was told.
 */
export class SavedTotals {
  readonly source: ReceivedSource;
  private encoder = new SnapshotEncoder();
  private decoder: SnapshotDecoder;
  private readonly saving = new SharedRun(() => this.write());
  private readonly bases: ReaderBases;
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
  }

  /**
   * Saves the numbers as they are now, or a moment later. All who ask while numbers are being saved share the next time.
   *
   * @param reader has opened a window just before.
   * @throws if they cannot be saved. What was told before is not changed then.
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

  /** A reader has opened a window, and has read the rest before. */
  mark(reader: string): void {
    this.marks.push(reader);
  }

  /** Saves a last time, and says that nothing is missing. */
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
    const marks = this.marks.splice(0);
    const view = await this.local.now();
    await this.file.closeIfRemoved();
    const isWhole = this.file.isDue;
    if (isWhole) {
      this.encoder = new SnapshotEncoder();
      this.decoder = new SnapshotDecoder(this.source);
    }
    this.hasSavedNews ||= await inSlices(this.encoder.hasNews(view));
    const lines: TotalsLine[] = [];
    const texts: string[] = [];
    const take = (line: TotalsLine, kind?: string) => {
      lines.push(line);
      // Gauges have no value when nobody is there to set them.
      if (kind !== 'g') texts.push(`${JSON.stringify(line[0] === 'i' ? withoutBlocks(line) : line)}\n`);
    };
    await inSlices(this.encoder.encode(view, take));
    if (isWhole) texts.push(...(await inSlices(this.bases.lines())));
    for (const reader of marks) texts.push(`${JSON.stringify(['m', reader])}\n`);
    try {
      await (isWhole ? this.file.rewrite(texts) : this.file.append(texts));
    } catch (thrown) {
      // What is missing in the file is known to the encoder: the next time, everything is written.
      await this.file.close().catch(() => {});
      throw thrown;
    }
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
