/** One number as StatsD knows it. */
export interface Line {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** What is to be added to a counter, or what a gauge is set to. */
  readonly value: number;
  /**
   * Whether the gauge has to be set to 0 first. In plain StatsD, a sign means that the gauge is to be changed by the
   * value, so that one below 0 can only be reached from there. The two stand in one packet.
   */
  readonly fromZero?: boolean | undefined;
  /** Takes note that the line has got out. */
  readonly sent?: (() => void) | undefined;
}

/** The bytes of a line, as hot-shots writes it, but for what its client adds to each. Names and tags are ASCII. */
export function bytesOf({ name, tags, value, fromZero = false }: Line): number {
  const tagBytes = Object.entries(tags ?? {}).reduce((sum, [tag, of]) => sum + tag.length + of.length + 2, 0);
  // A colon, a bar, the letter of the type, another bar and a hash before the tags, and a line feed after all of it.
  const bytes = name.length + String(value).length + tagBytes + 6;
  return fromZero ? 2 * bytes : bytes;
}
