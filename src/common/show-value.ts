import { inspect } from 'node:util';

/** Formats a value for a message: one short line. Never throws. */
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

/** Escapes line breaks and control characters: part of the text may come from a client, and must not forge a log line. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? '\\n' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Names the type of a value without its content, which may be secret. */
export function kindOf(value: unknown): string {
  return value === null || typeof value === 'object'
    ? Object.prototype.toString.call(value)
    : `a ${typeof value}`;
}

/** Formats a thrown value for a log line. It may be anything, `null` and objects whose properties throw included. */
export function describeThrown(thrown: unknown): { message: string; stack?: string } {
  try {
    if (thrown instanceof Error) return { message: String(thrown), stack: String(thrown.stack) };
  } catch {
    // An error whose own properties throw: show() formats it.
  }
  return { message: show(thrown) };
}
