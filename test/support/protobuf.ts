import { present } from './present.js';

/** One field of a message: its number and its encoded value. */
export type Field = [number: number, value: bigint | Buffer];

/**
 * Decodes a protocol buffers message by the wire format alone, without the library that encoded it.
 */
export function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = Number(varint());
    fields.push([tag >>> 3, valueOf(tag & 7)]);
  }
  return fields;

  function valueOf(wireType: number): bigint | Buffer {
    if (wireType === 0) return varint();
    if (wireType === 1) return take(8);
    if (wireType === 2) return take(Number(varint()));
    throw new Error(`wire type ${wireType}`);
  }

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = present(bytes[at++], 'another byte');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  function take(length: number): Buffer {
    if (at + length > bytes.length) throw new Error('the message ends too early');
    return bytes.subarray(at, (at += length));
  }
}

/** All values of a repeated field, in order. */
export function all(fields: readonly Field[], number: number): Buffer[] {
  return fields.filter(([one]) => one === number).map(([, value]) => value as Buffer);
}

/** The value of an optional field. */
export function one(fields: readonly Field[], number: number): bigint | Buffer | undefined {
  return fields.find(([candidate]) => candidate === number)?.[1];
}

export function textOf(value: bigint | Buffer | undefined): string {
  return value === undefined ? '' : (value as Buffer).toString('utf8');
}

export function doubleOf(value: bigint | Buffer | undefined): number | undefined {
  return value === undefined ? undefined : (value as Buffer).readDoubleLE(0);
}

export function fixed64Of(value: bigint | Buffer | undefined): number {
  return value === undefined ? 0 : Number((value as Buffer).readBigUInt64LE(0));
}

/** A `sint32`: the sign is in the lowest bit. */
export function zigzagOf(value: bigint | Buffer | undefined): number {
  const number = (value ?? 0n) as bigint;
  return Number((number >> 1n) ^ -(number & 1n));
}

/** A packed list of varints. */
export function varintsOf(value: bigint | Buffer | undefined): number[] {
  const numbers: number[] = [];
  let [current, shift] = [0n, 0n];
  for (const byte of (value ?? Buffer.alloc(0)) as Buffer) {
    current |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    numbers.push(Number(current));
    [current, shift] = [0n, 0n];
  }
  return numbers;
}
