/**
 * The hops that a request claims to have passed: the entries of all its `X-Forwarded-For` headers, in order; empty
 * without the header. An entry is any text between two commas, the empty one included: the caller decides which are
 * addresses.
 */
export function forwardedFor(header: string | string[] | undefined): string[] {
  return header === undefined ? [] : String(header).split(',').map(trimWhitespace);
}

/**
 * Removes the optional whitespace of RFC 9110 (spaces and tabs) at both ends. `trim()` would remove more than that, and a
 * regular expression takes quadratic time over a long run of spaces.
 */
function trimWhitespace(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isWhitespace(text.charAt(start))) start++;
  while (end > start && isWhitespace(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhitespace(character: string): boolean {
  return character === ' ' || character === '\t';
}
