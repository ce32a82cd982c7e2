import { Seeded } from '../seeded.js';

/** The reader whose windows are given back at times. */
export const PUBLISHER = 'publisher';

export const READERS = ['scraper', 'page', 'agent', PUBLISHER] as const;

/** What happens in a group. `by` from 0 to 1 chooses one of the members that run then, so that any part of a plan is a plan too. */
export type GroupEvent =
  | { readonly event: 'join' }
  /** A member counts, observes and sets a gauge. */
  | { readonly event: 'record'; readonly by: number; readonly value: number }
  | { readonly event: 'read totals'; readonly by: number }
  | { readonly event: 'read window'; readonly by: number; readonly reader: string }
  /** The publisher, which is in the leader, gets a window and gives it back. */
  | { readonly event: 'failed publish'; readonly by: number }
  | { readonly event: 'close'; readonly by: number }
  | { readonly event: 'kill'; readonly by: number }
  /** Many members record and close: more than the leader keeps apart. */
  | { readonly event: 'many close'; readonly by: number }
  /** The leader merges this share of those that have ended. If there is no leader, a member becomes it. */
  | { readonly event: 'merge'; readonly by: number; readonly share: number }
  /** A minute passes. All members save meanwhile. */
  | { readonly event: 'minute' };

/** Events that overlap. Each begins some iterations of the event loop after the one before it. */
export interface Overlap {
  readonly overlap: readonly { readonly of: GroupEvent; readonly iterations: number }[];
}

export type GroupPlan = readonly (GroupEvent | Overlap)[];

type EventName = GroupEvent['event'];

/** How often each event is part of a plan, compared with the others. */
const ALONE: readonly (readonly [EventName, number])[] = [
  ['join', 4],
  ['record', 9],
  ['read totals', 3],
  ['read window', 8],
  ['failed publish', 1],
  ['close', 3],
  ['kill', 2],
  ['many close', 0.2],
  ['merge', 5],
  ['minute', 0.5],
];

const OVERLAPPING: readonly (readonly [EventName, number])[] = [
  ['join', 2],
  ['record', 2],
  ['read totals', 3],
  ['read window', 4],
  ['failed publish', 1],
  ['close', 2],
  ['merge', 3],
];

/** A random plan, the same one for the same seed. */
export function planOf(seed: number, length: number): GroupPlan {
  const random = new Seeded(seed);
  return Array.from({ length }, () => {
    if (random.next() > 0.3) return eventOf(random, ALONE);
    const size = 2 + random.below(4);
    const overlap = Array.from({ length: size }, () => ({
      of: eventOf(random, OVERLAPPING),
      iterations: random.below(8),
    }));
    return { overlap };
  });
}

function eventOf(random: Seeded, weights: typeof ALONE): GroupEvent {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let at = random.next() * total;
  const [event] = weights.find(([, weight]) => (at -= weight) < 0) ?? (['record'] as const);
  const by = random.next();
  if (event === 'record') return { event, by, value: 1 + random.below(9) };
  if (event === 'read window') return { event, by, reader: random.pick(READERS) };
  if (event === 'merge') return { event, by, share: random.pick([1, 1, 0.5]) };
  if (event === 'join' || event === 'minute') return { event };
  return { event, by };
}
