import type { Exemplar } from '../../metrics/histogram/exemplar.js';
import { exemplarsByBucket } from './bucket-exemplars.js';
import { classicHistogramOf } from './classic-histogram.js';
import type { FamilyMetadata, HistogramSample, SampleSink } from './exposition-family.js';
import { sampleName } from './exposition-family.js';
import { metricNameText } from './escaping.js';
import type { ExpositionWriter } from './exposition-format.js';
import { isLegacyMetricName } from './naming.js';
import type { TextDialect } from './text-dialect.js';

/**
 * Characters in a chunk. V8 stores a string that was appended to as a tree of its parts. That is cheap as long as the
 * string is converted to bytes before it has survived a garbage collection.
 */
const CHUNK_LENGTH = 8192;

/** Writes the text in chunks of bytes, so that a text for several scrapes is encoded once. */
export class TextWriter implements ExpositionWriter, SampleSink {
  private readonly chunks: Buffer[] = [];
  private text = '';
  private header = '';
  private name = '';
  /** Whether the name is quoted and written among the labels, because it is not a legacy name. */
  private isQuoted = false;
  private bounds: readonly number[] = [];
  private boundTexts: string[] = [];

  constructor(private readonly dialect: TextDialect) {}

  /** Begins a family. A family without samples is left out. */
  begin(family: FamilyMetadata): SampleSink {
    this.header = this.dialect.header(family);
    this.name = sampleName(family.name, family.type);
    this.isQuoted = !isLegacyMetricName(this.name);
    return this;
  }

  number(labels: string, value: number): void {
    if (this.header !== '') this.text += this.takeHeader();
    this.text += `${this.isQuoted ? this.series('', labels) : this.name + labels} ${value}\n`;
    this.endChunkIfFull();
  }

  histogram(labels: string, { view, layout, exemplars }: HistogramSample): void {
    const histogram = classicHistogramOf(view, layout);
    const { bounds, counts, count, sum } = histogram;
    const texts = this.textsOf(bounds);
    const marks = exemplars && this.marksOf(exemplars, bounds);
    // The line feed of the previous line is part of the prefix: one concatenation less for each line.
    const bucket = this.series('_bucket', labels);
    const prefix = `\n${bucket.endsWith('}') ? `${bucket.slice(0, -1)},` : `${bucket}{`}le="`;
    let text = this.takeHeader() + prefix.slice(1) + texts[0] + counts[0];
    if (marks !== undefined) text += marks.get(0) ?? '';
    // Most buckets are empty, so most cumulative counts equal the previous one: converting each to text would take a third
    // of the time of a histogram.
    let last: number | undefined;
    let digits = '';
    for (let at = 1; at < texts.length; at++) {
      if (counts[at] !== last) {
        last = counts[at];
        digits = String(last);
      }
      text += prefix + texts[at] + digits;
      if (marks !== undefined) text += marks.get(at) ?? '';
    }
    text += `${prefix}+Inf"} ${count}${marks?.get(texts.length) ?? ''}\n`;
    if (this.dialect.hasSum(histogram)) {
      text += `${this.series('_sum', labels)} ${sum}\n${this.series('_count', labels)} ${count}\n`;
    }
    this.text += text;
    this.endChunkIfFull();
  }

  /** @returns all chunks. */
  finish(): Buffer[] {
    this.endChunk();
    return this.chunks;
  }

  /** The name of a sample with its labels. */
  private series(suffix: string, labels: string): string {
    if (!this.isQuoted) return this.name + suffix + labels;
    return `{${metricNameText(this.name + suffix)}${labels === '' ? '}' : `,${labels.slice(1)}`}`;
  }

  /** The text after the count of each bucket that has an exemplar, by the index of the bucket. */
  private marksOf(exemplars: Iterable<Exemplar>, bounds: readonly number[]): Map<number, string> | undefined {
    const { dialect } = this;
    if (dialect.exemplar === undefined) return undefined;
    const marks = new Map<number, string>();
    for (const [at, exemplar] of exemplarsByBucket(exemplars, bounds))
      marks.set(at, dialect.exemplar(exemplar));
    return marks;
  }

  /** The end of each `le` label and the space after it. Nearly always, all series of a metric have the same bounds. */
  private textsOf(bounds: readonly number[]): string[] {
    if (bounds !== this.bounds && !isSame(bounds, this.bounds)) {
      this.bounds = bounds;
      this.boundTexts = bounds.map((bound) => `${this.dialect.bound(bound)}"} `);
    }
    return this.boundTexts;
  }

  private takeHeader(): string {
    const { header } = this;
    this.header = '';
    return header;
  }

  private endChunkIfFull(): void {
    if (this.text.length >= CHUNK_LENGTH) this.endChunk();
  }

  private endChunk(): void {
    this.chunks.push(Buffer.from(this.text));
    this.text = '';
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
