import { expect, it } from 'vitest';
import { present } from '../../../test/support/present.js';
import { TestRegistry } from '../../../test/support/registry.js';
import { Seeded } from '../../../test/support/seeded.js';
import type { DocumentFacts } from '../../metrics/collection/snapshot.js';
import type { WindowView } from '../../metrics/source/metrics-source.js';
import { RegistrySource } from '../../metrics/source/registry-source.js';
import { Acknowledged } from './acknowledged.js';
import { plainName } from './line-names.js';
import { MetricLines } from './metric-lines.js';

const NO_FACTS = { process: { meminfo: {}, cpu: {} }, instance: {} } as DocumentFacts;

/** Series of the counter before those that come and go: reading it is interrupted after as many. */
const OTHERS = 128;

/** Everything that was counted, and what was counted since the series was created last. */
interface Counted {
  all: number;
  current: number;
}

/** Samples, removals and publishes in an order that depends on the seed; also between the steps of a publish. */
function run(seed: number): { sent: Map<string, number>; counted: Map<string, Counted> } {
  const random = new Seeded(seed);
  const registry = new TestRegistry();
  const source = new RegistrySource(registry, () => NO_FACTS);
  const acknowledged = new Acknowledged();
  const lines = new MetricLines(plainName, acknowledged);
  const [sent, counted] = [new Map<string, number>(), new Map<string, Counted>()];
  for (let i = 0; i < OTHERS; i++) registry.count('jobs', 1, { other: i });

  const change = (): void => {
    const queue = random.below(3);
    const [metric, line] = random.pick([
      ['jobs', `jobs.queue.${queue}`],
      ['waits', `waits.count.queue.${queue}`],
    ]);
    const was = counted.get(line) ?? { all: 0, current: 0 };
    if (random.below(3) === 0) {
      registry.remove(metric, { queue });
      counted.set(line, { all: was.all, current: 0 });
    } else {
      if (metric === 'jobs') registry.count(metric, 1, { queue });
      else registry.observe(metric, 1, { queue });
      counted.set(line, { all: was.all + 1, current: was.current + 1 });
    }
  };
  const publish = (mayFail: boolean): void => {
    const view = source.window('publisher:1', { isKept: true }) as WindowView;
    const work = lines.linesOf(view);
    let step = work.next();
    for (; step.done !== true; step = work.next()) {
      while (mayFail && random.below(4) > 0) change();
    }
    expect(new Set(step.value.map(({ name }) => name)).size, `seed ${seed}`).toBe(step.value.length);
    let hasFailed = false;
    for (const { type, name, value, sent: wasSent } of step.value) {
      if (mayFail && random.below(40) === 0) {
        hasFailed = true;
        continue;
      }
      if (type !== 'counter') continue;
      expect(value, `${name}, seed ${seed}`).toBeGreaterThanOrEqual(0);
      sent.set(name, (sent.get(name) ?? 0) + value);
      wasSent?.();
    }
    if (hasFailed) view.giveBack();
    else acknowledged.closeIntervals();
  };
  for (let i = 0; i < 30; i++) {
    change();
    publish(true);
  }
  publish(false);
  return { sent, counted };
}

it('counts nothing twice and loses nothing of a series that is created again, also while a publish reads it', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { sent, counted } = run(seed);
    for (const [line, { all, current }] of counted) {
      // What a series has counted between a publish and its removal may be missing.
      const value = sent.get(line) ?? 0;
      expect(value, `${line}, seed ${seed}`).toBeLessThanOrEqual(all);
      expect(value, `${line}, seed ${seed}`).toBeGreaterThanOrEqual(current);
    }
    expect(present(sent.get('jobs.other.0')), `seed ${seed}`).toBe(1);
  }
});
