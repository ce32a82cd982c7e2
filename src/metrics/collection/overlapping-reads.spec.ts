import { expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { present } from '../../../test/support/present.js';
import { Seeded } from '../../../test/support/seeded.js';
import type { DocumentFacts } from './snapshot.js';
import { RegistrySource } from '../source/registry-source.js';
import type { WindowView } from '../source/metrics-source.js';

const READERS: [string, ...string[]] = ['first', 'second', 'third'];
const NAMES: [string, ...string[]] = ['payments', 'sizes'];

/** What one reader has got of one histogram. */
interface Got {
  count: number;
  sum: number;
  min: number;
  max: number;
}

const NOTHING: Got = { count: 0, sum: 0, min: Infinity, max: -Infinity };

function add(a: Got, b: Got): Got {
  if (b.count === 0) return a;
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** A read in progress: it takes the histograms one by one, and then either arrives or is given back. */
class OpenRead {
  private readonly taken = new Map<string, Got>();

  constructor(
    readonly reader: string,
    private readonly window: WindowView,
  ) {}

  take(name: string): void {
    const histogram = this.window.histograms.family(name)?.plain;
    if (histogram === undefined || this.taken.has(name)) return;
    const { count, sum, min, max } = this.window.intervalOf(histogram);
    this.taken.set(name, { count, sum, min: min ?? Infinity, max: max ?? -Infinity });
  }

  arrive(got: Map<string, Got>): void {
    for (const name of NAMES) this.take(name);
    for (const [name, one] of this.taken) {
      const key = `${this.reader} ${name}`;
      got.set(key, add(got.get(key) ?? NOTHING, one));
    }
  }

  giveBack(): void {
    this.window.giveBack();
  }
}

/** Values and reads in an order that depends on the seed. */
function run(seed: number): { got: Map<string, Got>; expected: Map<string, Got> } {
  const random = new Seeded(seed);
  const registry = new TestRegistry();
  const source = new RegistrySource(registry, () => ({}) as DocumentFacts);
  const [got, expected] = [new Map<string, Got>(), new Map<string, Got>()];
  const open: OpenRead[] = [];
  const begin = (reader: string) => new OpenRead(reader, source.window(reader) as WindowView);
  const end = (read: OpenRead) => (random.below(2) === 0 ? read.giveBack() : read.arrive(got));
  const actions: [() => void, ...(() => void)[]] = [
    () => {
      const [name, value] = [random.pick(NAMES), 1 + random.below(1000)];
      registry.observe(name, value);
      expected.set(
        name,
        add(expected.get(name) ?? NOTHING, { count: 1, sum: value, min: value, max: value }),
      );
    },
    () => void open.push(begin(random.pick(READERS))),
    () => open.at(random.below(open.length))?.take(random.pick(NAMES)),
    () => open.splice(random.below(open.length), 1).forEach(end),
  ];
  for (let i = 0; i < 40; i++) random.pick(actions)();
  open.forEach(end);
  for (const reader of READERS) begin(reader).arrive(got);
  return { got, expected };
}

it('each reader gets each value exactly once, in whatever order its reads overlap, arrive and are given back', () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const { got, expected } = run(seed);
    for (const [name, values] of expected) {
      for (const reader of READERS) {
        expect(present(got.get(`${reader} ${name}`)), `${reader}, seed ${seed}`).toEqual(values);
      }
    }
  }
});
