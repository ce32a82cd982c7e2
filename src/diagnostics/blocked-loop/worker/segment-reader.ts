const [COMMA, SEMICOLON] = [44, 59];

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The value of each Base64 digit, by its character code. */
const DIGITS = new Uint8Array(128);
for (const [value, code] of Buffer.from(BASE64).entries()) DIGITS[code] = value;

/** Reads the segments in the `mappings` of a source map one after the other. Its fields are those of the last segment. */
export class SegmentReader {
  /** In the generated code, from 0. */
  line = 0;
  column = 0;
  /** Index of the original file. */
  source = 0;
  /** From 0. */
  originalLine = 0;
  /** Whether the code has an original. */
  isMapped = false;
  private at = 0;

  constructor(private readonly text: string) {}

  /** A reader that continues at the same place. */
  copy(): SegmentReader {
    return Object.assign(new SegmentReader(this.text), this);
  }

  /** @returns whether there was another segment. */
  next(): boolean {
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === SEMICOLON) {
        this.line++;
        this.column = 0;
      } else if (code !== COMMA) {
        this.readSegment();
        return true;
      }
    }
    return false;
  }

  private readSegment(): void {
    this.column += this.number();
    this.isMapped = this.hasField();
    if (!this.isMapped) return;
    this.source += this.number();
    this.originalLine += this.number();
    // The original column, and the index of a name.
    while (this.hasField()) this.number();
  }

  private hasField(): boolean {
    if (this.at >= this.text.length) return false;
    const code = this.text.charCodeAt(this.at);
    return code !== COMMA && code !== SEMICOLON;
  }

  /** A number in Base64: the lowest bit is its sign, and each digit has a bit that says whether another one follows. */
  private number(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const digit = DIGITS[this.text.charCodeAt(this.at++)] ?? 0;
      value += (digit & 31) * factor;
      factor *= 32;
      if ((digit & 32) === 0) return value % 2 === 0 ? value / 2 : -(value - 1) / 2;
    }
  }
}
