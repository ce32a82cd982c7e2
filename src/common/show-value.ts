import { inspect } from 'node:util';

/** A value as it stands in a message: on one line, short, and never the cause of another error. */
export function show(value: unknown): string {
  try {
    const text = onOneLine(
      value instanceof Error
        ? String(value)
        : inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 5 }),
    );
    return text.length > 120 ? `${text.slice(0, 117)}...` : text;
  } catch {
    return `a value of type ${typeof value}`;
  }
}

/** A text of which somebody else may have chosen a part, with nothing in it that a log would take for another line. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? '\\n' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Says what a value is and not what is in it, for there may be a secret in there. */
export function kindOf(value: unknown): string {
  return value === null || typeof value === 'object'
    ? Object.prototype.toString.call(value)
    : `a ${typeof value}`;
}

/** What was thrown, as it stands in a log line. Anything can be thrown, `null` and hostile objects included. */
export function describeThrown(thrown: unknown): { message: string; stack?: string } {
  try {
    if (thrown instanceof Error) return { message: String(thrown), stack: String(thrown.stack) };
  } catch {
    // An error whose own properties throw: what inspect() makes of it will do.
  }
  return { message: show(thrown) };
}
