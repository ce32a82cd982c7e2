/** In bytes. Nearly every series fits into the margin. */
const [CHUNK_SIZE, MARGIN] = [16_384, 1024] as const;

/** The longest text whose length is one byte. */
const MAX_SHORT = 0x7f;
const BACKSLASH = 0x5c;

/**
 * Writes the wire format of protocol buffers. It uses no library, because that would be larger than this whole exporter
 * (protobufjs has 200 kB without its schema parser, and creates an object for each message first), and the exposition needs
 * only five kinds of fields. The tests decode with protobufjs.
 */
export class MessageBuffer {
  private bytes: Buffer<ArrayBuffer>;
  private view: DataView;
  private at = 0;

  /** @param size in bytes. It grows. */
  constructor(private readonly size: number = CHUNK_SIZE) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** The number of bytes that were written and not yet taken. */
  get length(): number {
    return this.at;
  }

  /** Whether to call {@link take} before more is written, so that the buffer does not have to grow. */
  get isFull(): boolean {
    return this.at > this.size - MARGIN;
  }

  /** Returns what was written, and continues with new memory. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.at);
    this.use(Buffer.allocUnsafeSlow(this.size));
    this.at = 0;
    return taken;
  }

  /** Begins a nested message. @returns its start, for {@link end}. */
  begin(field: number): number {
    this.reserve(8);
    this.tag(field, 2);
    return this.at++;
  }

  /** Ends a nested message, whose length is written before it: one byte is reserved, which is nearly always enough. */
  end(start: number): void {
    const length = this.at - start - 1;
    if (length < 0x80) {
      this.bytes[start] = length;
      return;
    }
    this.reserve(8);
    const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : 3;
    this.bytes.copyWithin(start + 1 + more, start + 1, this.at);
    this.at = start;
    this.varint(length);
    this.at += length;
  }

  double(field: number, value: number): void {
    this.reserve(12);
    this.tag(field, 1);
    // -0 is 0, as in the text formats.
    this.view.setFloat64(this.at, value + 0, true);
    this.at += 8;
  }

  /** A number from 0 to 2^53. */
  unsigned(field: number, value: number): void {
    this.reserve(12);
    this.tag(field, 0);
    this.varint(value);
  }

  /** A whole number of either sign. */
  signed(field: number, value: number): void {
    this.reserve(12);
    this.tag(field, 0);
    this.zigzag(value);
  }

  /** Whole numbers of either sign, packed. */
  packed(field: number, values: readonly number[]): void {
    const start = this.begin(field);
    this.reserve(10 * values.length);
    for (const value of values) this.zigzag(value);
    this.end(start);
  }

  string(field: number, text: string): void {
    this.reserve(3 * text.length + 8);
    this.tag(field, 2);
    this.varint(Buffer.byteLength(text));
    this.at += this.bytes.write(text, this.at);
  }

  /**
   * Writes the part of a text before a character, in the same pass that searches for the character: for very many short texts.
   *
   * @param end the code of that character.
   * @returns its position; `undefined` for a part that {@link string} has to write: it is long, or has a backslash or
   * characters beyond ASCII.
   */
  shortPart(field: number, text: string, from: number, end: number): number | undefined {
    this.reserve(MAX_SHORT + 4);
    this.tag(field, 2);
    const { bytes } = this;
    const start = this.at + 1;
    for (let i = 0; i < MAX_SHORT; i++) {
      const code = text.charCodeAt(from + i);
      if (code === end) {
        bytes[start - 1] = i;
        this.at = start + i;
        return from + i;
      }
      // Past the end of the text the code is NaN.
      if (!(code < 0x80) || code === BACKSLASH) return undefined;
      bytes[start + i] = code;
    }
    return undefined;
  }

  /** Removes all bytes after the first `length`. */
  truncate(length: number): void {
    this.at = length;
  }

  /** Writes the length that precedes a message that is not nested. */
  delimiter(length: number): void {
    this.reserve(10);
    this.varint(length);
  }

  /** Moves the bytes of another buffer to the end of this one. */
  append(other: MessageBuffer): void {
    this.reserve(other.at);
    other.bytes.copy(this.bytes, this.at, 0, other.at);
    this.at += other.at;
    other.at = 0;
  }

  private tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  private varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      // Bitwise operators are limited to 32 bits.
      this.bytes[this.at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.at++] = rest;
  }

  /** The sign is in the lowest bit. */
  private zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  private reserve(count: number): void {
    const needed = this.at + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * needed);
    larger.set(this.bytes.subarray(0, this.at));
    this.use(larger);
  }

  private use(bytes: Buffer<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
