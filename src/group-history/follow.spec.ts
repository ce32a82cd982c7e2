import { expect, it, onTestFinished } from 'vitest';
import { startHistory } from '../../test/support/held-history.js';
import { present } from '../../test/support/present.js';
import { MOST_FIGURES } from '../history/merging/tier-copy.js';
import type { Followed } from './follow.js';
import { follow } from './follow.js';
import { HistoryFeed } from './history-feed.js';

/** A history, and another process that follows it and reads one item when the test does. */
async function startFollowing() {
  const held = await startHistory();
  const { history, registry, steps } = held;
  for (const tenant of ['x', 'y', 'z']) registry.count('orders', 1, { tenant });
  await steps(1);
  const group = { save: () => Promise.resolve() } as Followed['group'];
  const aborter = new AbortController();
  onTestFinished(() => aborter.abort());
  const items = follow({ history, findings: undefined, group }, aborter.signal);
  const listener = { onStep: () => {}, onWhole: () => {}, onFindings: () => {}, onEnd: async () => {} };
  const feed = new HistoryFeed({ pid: 1, thread: null, text: '1' }, history.kept, listener);
  const takeUntil = async (isDone: () => boolean) => {
    while (!isDone()) {
      const { value } = await items.next();
      for (const item of value ?? []) feed.take(JSON.parse(item));
    }
  };
  const ratesOf = (tenant: string) => {
    const index = present(feed.copy.find('counter', `orders{tenant="${tenant}"}`));
    return feed.copy.tiers[1].slots.map((_, row) => feed.copy.tiers[1].get(index * MOST_FIGURES, row));
  };
  await takeUntil(() => feed.isLoaded);
  return { ...held, feed, takeUntil, ratesOf };
}

it('a process that reads slowly gets the steps before a series was removed with the values of their series', async () => {
  const { registry, steps, feed, takeUntil, ratesOf } = await startFollowing();
  for (const count of [2, 3]) {
    registry.count('orders', count, { tenant: 'y' });
    await steps(1);
  }
  await takeUntil(() => feed.copy.tiers[1].slots.length === 2);
  registry.remove('orders', { tenant: 'x' });
  await steps(1);
  await takeUntil(() => feed.copy.tiers[1].slots.length === 3);
  expect(ratesOf('y').slice(1)).toEqual([2, 3]);
  expect(ratesOf('z').slice(1)).toEqual([0, 0]);
});

it('a process that has read nothing for minutes gets all steps', async () => {
  const { registry, steps, feed, takeUntil, ratesOf } = await startFollowing();
  for (let i = 1; i <= 100; i++) {
    registry.count('orders', i, { tenant: 'y' });
    await steps(1);
  }
  await takeUntil(() => feed.copy.tiers[1].slots.length === 101);
  expect(ratesOf('y').slice(1)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});
