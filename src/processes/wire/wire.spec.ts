import { describe, expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { inSlices } from '../../common/slices.js';
import { MetricsReader } from '../../metrics/collection/reader.js';
import { readNow } from '../../metrics/source/read-source.js';
import { RegistrySource } from '../../metrics/source/registry-source.js';
import { SourceMerger } from '../../metrics/source/source-merger.js';
import { noFacts } from '../group/no-facts.js';
import { ReceivedSource } from '../received/received-source.js';
import { LineSplitter, MAX_LINE } from './line-splitter.js';
import type { TotalsLine } from './lines.js';
import { WireError } from './lines.js';
import { SnapshotDecoder } from './snapshot.decoder.js';
import { SnapshotEncoder } from './snapshot.encoder.js';

/** Random numbers that are the same in each run. */
function makeRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % below;
  };
}

/** A registry with random samples, some of them with labels, classic buckets and extreme values. */
function fill(registry: TestRegistry, seed: number, samples = 200): void {
  const random = makeRandom(seed);
  registry.describe('sizes', { buckets: [1, 10, 100], help: 'Sizes.' });
  const values = [0, -3, 1e-9, 0.1, 7, 1e12, 123.456];
  for (let i = 0; i < samples; i++) {
    const labels = random(2) === 0 ? undefined : { a: `v${random(5)}`, 'b"\n': random(3) };
    const value = values[random(values.length)] ?? 0;
    registry.count(`counter${random(3)}`, Math.abs(value), labels);
    registry.kv(`gauge${random(3)}`, value, labels);
    registry.observe(random(2) === 0 ? 'sizes' : 'times', value, labels);
  }
}

function sourceOf(registry: TestRegistry) {
  return new RegistrySource(registry, () => noFacts(1, null));
}

/** Lines as they arrive on the other side. */
async function linesOf(registry: TestRegistry, encoder = new SnapshotEncoder()): Promise<TotalsLine[]> {
  const lines: TotalsLine[] = [];
  const view = await sourceOf(registry).now();
  await inSlices(encoder.encode(view, (line) => void lines.push(line)));
  return JSON.parse(JSON.stringify(lines)) as TotalsLine[];
}

function decode(lines: readonly (readonly unknown[])[], source = new ReceivedSource(noFacts(1, null))) {
  const decoder = new SnapshotDecoder(source);
  for (const line of lines) decoder.decode(line);
  return source;
}

/** All merged values of received sources. */
async function totalsOf(...sources: ReceivedSource[]) {
  const merger = new SourceMerger();
  const inputs = sources.map((source) => ({ source, view: source }));
  await inSlices(merger.update(inputs));
  const view = merger.viewOf(inputs, () => noFacts(1, null), 0);
  return readNow(
    { now: () => view, latest: () => view, window: () => Promise.reject(new Error('none')) },
    function* () {
      yield;
      return [view.counters, view.gauges, view.histograms]
        .flatMap((families) =>
          families.all().flatMap((family) =>
            [...(family.plain ? [family.plain] : []), ...family.labelled].map((series): [string, unknown] => {
              const key = `${family.kind} ${family.name}${series.labels}`;
              if (!('snapshot' in series)) return [key, series.value];
              const { count, sum, min, max, zeros, positive, negative, classic } = series.snapshot();
              return [
                key,
                {
                  count,
                  sum,
                  min,
                  max,
                  zeros,
                  positive: [...positive],
                  negative: [...negative],
                  classic: classic?.cumulative(),
                },
              ];
            }),
          ),
        )
        .sort(([a], [b]) => (a < b ? -1 : 1));
    },
  );
}

describe('numbers that are sent to another process', () => {
  it('arrive as they are, and then as what has changed', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const registry = new TestRegistry();
      const encoder = new SnapshotEncoder();
      const source = new ReceivedSource(noFacts(1, null));
      const decoder = new SnapshotDecoder(source);
      for (let round = 0; round < 3; round++) {
        fill(registry, seed * 10 + round, 50);
        for (const line of await linesOf(registry, encoder)) decoder.decode(line);
        expect(await totalsOf(source)).toEqual(await totalsOf(decode(await linesOf(registry))));
      }
      const document = (await new MetricsReader(sourceOf(registry)).read('r')).metrics;
      expect(Object.fromEntries(await totalsOf(source))).toMatchObject(
        Object.fromEntries(
          Object.entries(document.counters).map(([name, value]) => [`counter ${name}`, value]),
        ),
      );
    }
  });

  it('are not sent again when nothing has changed', async () => {
    const registry = new TestRegistry();
    fill(registry, 1);
    const encoder = new SnapshotEncoder();
    await linesOf(registry, encoder);
    expect((await linesOf(registry, encoder)).map(([tag]) => tag)).toEqual(['i']);
    registry.count('counter0');
    expect((await linesOf(registry, encoder)).map(([tag]) => tag)).toEqual(['v', 'i']);
  });

  it('have the exemplars of histograms, and what their standard deviation is computed from', async () => {
    const registry = new TestRegistry();
    const encoder = new SnapshotEncoder();
    const source = new ReceivedSource(noFacts(1, null));
    const decoder = new SnapshotDecoder(source);
    const take = async () => {
      for (const line of await linesOf(registry, encoder)) decoder.decode(line);
      return source.histograms.family('waits');
    };
    for (const [id, value] of [0.1, 0.11, 3].entries()) {
      registry.observe('waits', value, {}, { exemplar: { trace_id: `trace ${id}` } });
      registry.observe('waits', value, { a: 'b' });
    }
    const family = await take();
    expect(Array.from(family?.plain?.exemplars ?? [])).toMatchObject([
      { labels: { trace_id: 'trace 1' }, value: 0.11 },
      { labels: { trace_id: 'trace 2' }, value: 3 },
    ]);
    expect(family?.labelled[0]?.exemplars).toBeUndefined();
    expect(family?.plain?.snapshot().squares).toBe(registry.histogram('waits').snapshot().squares);
    registry.observe('waits', 0.12, {}, { exemplar: { trace_id: 'trace 3' } });
    expect(Array.from((await take())?.plain?.exemplars ?? [], ({ value }) => value)).toEqual([0.12, 3]);
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['too many', Array.from({ length: 202 }, () => [{ a: 'b' }, 1, 1])],
    ['without labels', [[{}, 1, 1]]],
    ['with an invalid name', [[{ 'a.b': 'x' }, 1, 1]]],
    ['too long', [[{ a: 'x'.repeat(200) }, 1, 1]]],
    ['without a value', [[{ a: 'b' }, null, 1]]],
    ['without a time', [[{ a: 'b' }, 1]]],
    ['no exemplars', [null]],
  ])('are refused with exemplars that are %s', async (_what, exemplars) => {
    const registry = new TestRegistry();
    registry.observe('waits', 1);
    const lines = (await linesOf(registry)).map((line) => (line[0] === 'h' ? [...line, exemplars] : line));
    expect(() => decode(lines)).toThrow(WireError);
  });

  it('are the same in whatever order and grouping they are merged', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const sources = await Promise.all(
        [1, 2, 3].map(async (part) => {
          const registry = new TestRegistry();
          fill(registry, seed * 100 + part, 40);
          return decode(await linesOf(registry));
        }),
      );
      const [a, b, c] = sources as [ReceivedSource, ReceivedSource, ReceivedSource];
      const sumOf = async (...parts: ReceivedSource[]) => {
        const sum = new ReceivedSource(noFacts(0, null));
        for (const part of parts) await inSlices(sum.add(part));
        return sum;
      };
      for (const one of sources) await inSlices(one.forgetGauges());
      const withoutGauges = (totals: [string, unknown][]) =>
        totals.filter(([key]) => !key.startsWith('gauge'));
      const flat = withoutGauges(await totalsOf(a, b, c));
      expect(withoutGauges(await totalsOf(c, a, b))).toEqual(flat);
      for (const merged of [
        await totalsOf(await sumOf(a, b, c)),
        await totalsOf(await sumOf(c, await sumOf(b, a))),
        await totalsOf(await sumOf(a), await sumOf(c, b)),
      ]) {
        for (const [at, [key, total]] of merged.entries()) {
          const [flatKey, expected] = flat[at] ?? [];
          expect(key).toBe(flatKey);
          if (typeof total !== 'number' || typeof expected !== 'number') expect(total).toEqual(expected);
          else {
            // Rounded up in the last bit, and never down: a counter does not fall when it is merged.
            expect(total).toBeGreaterThanOrEqual(expected);
            expect(total).toBeLessThanOrEqual(expected * (1 + 8 * Number.EPSILON));
          }
        }
      }
    }
  });

  it.each<[string, (i: number) => readonly (readonly unknown[])[]]>([
    ['series', (i) => [['s', 0, Array.from({ length: 1000 }, (_, at) => `{a="${i}.${at}"}`)]]],
    ['metrics', (i) => Array.from({ length: 100 }, (_, at) => ['f', i * 100 + at, 'c', `m${i}.${at}`, {}])],
    ['characters', (i) => [['s', 0, [`{a="${'x'.repeat(12_000)}${i}"}`]]]],
  ])('are refused when they are more than fit into memory: %s', (_what, linesFor) => {
    const decoder = new SnapshotDecoder(new ReceivedSource(noFacts(1, null)));
    decoder.decode(['f', 0, 'c', 'flood', {}]);
    const flood = () => {
      for (let i = 1; i < 10_000; i++) for (const line of linesFor(i)) decoder.decode(line);
    };
    expect(flood).toThrow('more series than fit');
  });

  it('are not refused for metrics that were removed', () => {
    const decoder = new SnapshotDecoder(new ReceivedSource(noFacts(1, null)));
    for (let i = 0; i < 60_000; i++) {
      decoder.decode(['f', i, 'c', 'again', {}]);
      decoder.decode(['s', i, ['{a="1"}', '{a="2"}']]);
      decoder.decode(['r', i]);
    }
  });

  it('are refused with names and labels that are too long', () => {
    const decoder = new SnapshotDecoder(new ReceivedSource(noFacts(1, null)));
    const labels = `{${Array.from({ length: 16 }, (_, i) => `${'n'.repeat(198)}${i % 10}="${'\\"'.repeat(200)}"`).join()}}`;
    decoder.decode(['f', 0, 'c', 'n'.repeat(200), {}]);
    decoder.decode(['s', 0, [labels]]);
    expect(() => decoder.decode(['s', 0, ['x'.repeat(13_001)]])).toThrow(WireError);
    expect(() => decoder.decode(['f', 1, 'c', 'n'.repeat(201), {}])).toThrow(WireError);
  });

  it('never fall, whichever of two states arrives last', async () => {
    const registry = new TestRegistry();
    fill(registry, 1);
    const earlier = await linesOf(registry);
    fill(registry, 2);
    const later = await linesOf(registry);
    const source = decode(later);
    const before = (await totalsOf(source)).filter(([key]) => !key.startsWith('gauge'));
    decode(earlier, source);
    expect((await totalsOf(source)).filter(([key]) => !key.startsWith('gauge'))).toEqual(before);
  });

  it('are refused as a whole where a part of them is wrong, whatever it is', async () => {
    const registry = new TestRegistry();
    fill(registry, 1);
    const lines = await linesOf(registry);
    const wrong = [
      null,
      -1,
      Infinity,
      'x',
      [],
      {},
      true,
      [[]],
      Number.MAX_SAFE_INTEGER,
      { length: 1e9 },
      '__proto__',
    ];
    const random = makeRandom(7);
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      const changed = structuredClone(lines) as unknown as unknown[][];
      let place: unknown = changed[random(changed.length)];
      // A random place in a line.
      for (let depth = random(3); depth > 0 && Array.isArray(place); depth--) {
        const inner: unknown = place[random(place.length)];
        if (typeof inner === 'object' && inner !== null) place = inner;
      }
      if (Array.isArray(place)) place[random(place.length + 1)] = wrong[random(wrong.length)];
      try {
        decode(changed);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(WireError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('lines', () => {
  const split = (splitter: LineSplitter, text: string | Buffer) => [...splitter.lines(Buffer.from(text))];

  it('are split wherever the bytes were cut', () => {
    const bytes = Buffer.from('["ä",1]\n["€"]\n[2]');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const splitter = new LineSplitter();
      expect([...split(splitter, bytes.subarray(0, cut)), ...split(splitter, bytes.subarray(cut))]).toEqual([
        ['ä', 1],
        ['€'],
      ]);
    }
  });

  it.each(['GET / HTTP/1.1\r\n\r\n', '{}\n', '"text"\n', 'null\n', '\n', '[1\n', '\0\0\n'])(
    'are refused as %j',
    (text) => {
      expect(() => split(new LineSplitter(), text)).toThrow(WireError);
    },
  );

  it('are refused when they never end', () => {
    const splitter = new LineSplitter();
    const piece = 'x'.repeat(MAX_LINE / 4);
    for (let i = 0; i < 4; i++) split(splitter, piece);
    expect(() => split(splitter, piece)).toThrow(WireError);
  });
});
