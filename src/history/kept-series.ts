/** The group of a series for {@link keptSeries}. */
export type SeriesGroup = 'core' | 'busy' | 'own';

/** A series that may be kept. */
export interface Candidate {
  readonly group: SeriesGroup;
  readonly metric: string;
  readonly isKept: boolean;
  /** How often it was used recently. */
  readonly activity: number;
}

/** A series replaces a kept one only if it is busier by this factor: each replacement loses a part of the history. */
const TO_REPLACE = 2;

/**
 * Selects the series that are kept if there are more than the limit.
 *
 * 1. `core`: the numbers of the process and the metrics of the monitor itself that are not about parts of the application.
 * 2. `busy`: the metrics of the monitor about parts of the application, such as routes and handlers. They get half of the remaining
 *    room, and what `own` does not use; the busiest first.
 * 3. `own`: the metrics of the application. They get the other half, and what `busy` does not use; the oldest first. One metric gets
 *    more than half of that only after all others have theirs.
 *
 * @param candidates in the order in which they appeared.
 */
export function keptSeries<C extends Candidate>(candidates: readonly C[], limit: number): Set<C> {
  const groupOf = (group: SeriesGroup) => candidates.filter((one) => one.group === group);
  const core = groupOf('core').slice(0, limit);
  const [busy, own] = [groupOf('busy'), groupOf('own')];
  const room = limit - core.length;
  const busyRoom = Math.max(Math.floor(room / 2), room - own.length);
  const rank = ({ activity, isKept }: C) => (isKept ? TO_REPLACE * activity : activity);
  const busiest = busy.toSorted((a, b) => rank(b) - rank(a)).slice(0, busyRoom);
  return new Set([...core, ...busiest, ...fairShare(own, room - busiest.length)]);
}

function fairShare<C extends Candidate>(own: readonly C[], room: number): readonly C[] {
  if (own.length <= room) return own;
  // A kept series is not replaced by a newer one.
  const inOrder = [...own.filter(({ isKept }) => isKept), ...own.filter(({ isKept }) => !isKept)];
  const countOf = new Map<string, number>();
  const [first, further]: [C[], C[]] = [[], []];
  for (const one of inOrder) {
    const count = (countOf.get(one.metric) ?? 0) + 1;
    countOf.set(one.metric, count);
    (count <= room / 2 ? first : further).push(one);
  }
  return [...first, ...further].slice(0, room);
}
