/** One number, as a line of StatsD. */
export interface Line {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** The increase of a counter, or the value of a gauge. */
  readonly value: number;
  /**
   * Whether the gauge has to be set to 0 first. To most servers, a value with a sign is a change of the gauge, so a value below 0
   * can be set only from 0. Both lines are in one packet.
   */
  readonly fromZero?: boolean | undefined;
  /** Called when the line was sent. */
  readonly sent?: (() => void) | undefined;
}

/**
 * The bytes of a line as hot-shots writes it. Names and tags are ASCII.
 *
 * @param overhead the bytes that its client adds to each line: a gauge that is set to 0 first is two.
 */
export function bytesOf({ name, tags, value, fromZero = false }: Line, overhead = 0): number {
  const tagBytes = Object.entries(tags ?? {}).reduce((sum, [tag, of]) => sum + tag.length + of.length + 2, 0);
  // A colon, a bar, the letter of the type, another bar and a hash before the tags, and a line feed after all of it.
  const bytes = name.length + String(value).length + tagBytes + 6 + overhead;
  return fromZero ? 2 * bytes : bytes;
}
