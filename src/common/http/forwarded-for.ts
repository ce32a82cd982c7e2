/**
 * The hops that a request claims to have come through: the entries of all its `X-Forwarded-For` headers, in
 * order. Empty if it has none. An entry is whatever stands between two commas, an empty text included: it is for
 * the reader to refuse what is no address.
 */
export function forwardedFor(header: string | string[] | undefined): string[] {
  return header === undefined ? [] : String(header).split(',').map(trimWhitespace);
}

/**
 * Takes the optional whitespace of RFC 9110 (spaces and tabs) off both ends. `trim()` would take off more than a
 * header may be padded with, and a regular expression takes quadratic time over a long run of spaces.
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
