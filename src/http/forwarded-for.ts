/**
 * The hops that a request claims to have come through: the entries of all its `X-Forwarded-For` headers, in
 * order. Empty if it has none. An entry is whatever stands between two commas, an empty text included: it is for
 * the reader to refuse what is no address.
 */
export function forwardedFor(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  return String(header)
    .split(',')
    .map((hop) => hop.trim());
}
