/** The key that was added first, if the map has more entries than this; otherwise `undefined`. */
export function oldestBeyond<K>(most: number, map: ReadonlyMap<K, unknown>): K | undefined {
  if (map.size <= most) return undefined;
  const [oldest] = map.keys();
  return oldest;
}
