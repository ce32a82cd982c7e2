/**
 * Writes the wire format of protocol buffers. It is written here and not by a library, because that would be larger than
 * all of this exporter (protobufjs has 200 kB without its reader of schemas, and makes an object for each message first),
 * and the exposition needs five kinds of fields. The tests decode with protobufjs.
 */
export class MessageBuffer {
  private bytes: Buffer<ArrayBuffer>;
  private view: DataView;
  private at = 0;

  /** @param size in bytes. It grows. */
  constructor(size = 16_384) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** The number of bytes that were written and not taken. */
  get length(): number {
    return this.at;
  }

  /** Returns a copy of what was written, and begins again. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    return taken;
  }

  /** Begins a nested message. @returns what {@link end} needs. */
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

  /** A part of a text. */
  string(field: number, text: string, from = 0, to = text.length): void {
    this.reserve(3 * (to - from) + 8);
    this.tag(field, 2);
    const start = this.at;
    this.varint(to - from);
    for (let i = from; i < to; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.beyondAscii(text.slice(from, to), start);
      this.bytes[this.at++] = code;
    }
  }

  /** A number before a message that stands alone. */
  delimiter(length: number): void {
    this.reserve(10);
    this.varint(length);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  private beyondAscii(text: string, start: number): void {
    this.at = start;
    this.varint(Buffer.byteLength(text));
    this.at += this.bytes.write(text, this.at);
  }

  private tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  /** Bitwise operators are for 32 bits. */
  private varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
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
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
