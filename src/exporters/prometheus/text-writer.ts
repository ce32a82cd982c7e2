import type { BucketFigures } from './bucket-layout.js';
import type { FamilyHead, SampleSink } from './exposed-family.js';
import type { TextFormat } from './text-format.js';
import { sampleName } from './text-format.js';

/**
 * So many characters are a piece of the text. V8 keeps a text that grows as a tree of all that was added to it, which
 * costs little as long as it is made into bytes before it has lived through a garbage collection.
 */
const PIECE = 8192;

/** Puts the text together, in pieces. They are bytes, so that a text that many have asked for is encoded once. */
export class TextWriter implements SampleSink {
  readonly pieces: Buffer[] = [];
  private text = '';
  private head = '';
  private name = '';
  private buckets: readonly number[] = [];
  private boundTexts: string[] = [];

  constructor(private readonly format: TextFormat) {}

  /** Begins a family. One that turns out to have no samples is not there. */
  begin(head: FamilyHead): SampleSink {
    this.head = this.format.head(head);
    this.name = sampleName(head.name, head.type);
    return this;
  }

  number(labels: string, value: number): void {
    if (this.head !== '') this.text += this.takeHead();
    this.text += `${this.name + labels} ${value}\n`;
    this.cut();
  }

  histogram(labels: string, figures: BucketFigures): void {
    const { bounds, counts, count, sum } = figures;
    const texts = this.textsOf(bounds);
    // Each line begins with the end of the one before, which saves a step for each.
    const bucket = `\n${this.name}_bucket${labels === '' ? '{' : `${labels.slice(0, -1)},`}le="`;
    let text = this.takeHead() + bucket.slice(1) + texts[0] + counts[0];
    for (let at = 1; at < texts.length; at++) text += bucket + texts[at] + counts[at];
    text += `${bucket}+Inf"} ${count}\n`;
    if (this.format.hasSum(figures)) {
      text += `${this.name}_sum${labels} ${sum}\n${this.name}_count${labels} ${count}\n`;
    }
    this.text += text;
    this.cut();
  }

  /** Ends the last piece. */
  finish(): Buffer[] {
    this.pieces.push(Buffer.from(this.text));
    this.text = '';
    return this.pieces;
  }

  /** The bounds as they are written, with what follows them. The series of a metric have the same, nearly always. */
  private textsOf(bounds: readonly number[]): string[] {
    const { buckets } = this;
    if (bounds !== buckets && !isSame(bounds, buckets)) {
      this.buckets = bounds;
      this.boundTexts = bounds.map((bound) => `${this.format.bound(bound)}"} `);
    }
    return this.boundTexts;
  }

  private takeHead(): string {
    const { head } = this;
    this.head = '';
    return head;
  }

  private cut(): void {
    if (this.text.length < PIECE) return;
    this.pieces.push(Buffer.from(this.text));
    this.text = '';
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
