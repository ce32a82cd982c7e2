import { describe, expect, it } from 'vitest';
import type { KnownLabels } from './labels.js';
import { parseSeriesName } from './parse-series-name.js';
import { seriesName } from './series-name.js';
import { present } from '../../../test/support/present.js';

/** Pseudorandom texts of characters that need special care, the same in each run. */
function texts(count: number): string[] {
  const characters = [
    'a',
    'B',
    '"',
    '\\',
    '\n',
    '{',
    '}',
    ',',
    '=',
    '\\n',
    '\\"',
    ' ',
    'é',
    '\u0000',
    '\ud800',
    '1',
  ];
  let state = 42;
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  return Array.from({ length: count }, () =>
    Array.from({ length: random(6) }, () => characters[random(characters.length)]).join(''),
  );
}

describe('the canonical name of a series', () => {
  it('has its labels sorted, with the values quoted', () => {
    expect(seriesName('http_requests', { status: 200, method: 'GET', route: '/cats/:id' })).toBe(
      'http_requests{method="GET",route="/cats/:id",status="200"}',
    );
    expect(seriesName('up')).toBe('up');
    expect(seriesName('up', {})).toBe('up');
  });

  it('has quotes, backslashes and line feeds escaped', () => {
    expect(seriesName('x', { a: 'say "hi"\\\n' })).toBe(String.raw`x{a="say \"hi\"\\\n"}`);
  });

  it('is parsed into the same name and labels, with any characters', () => {
    const [names, keys, values] = [texts(400), texts(400), texts(400)];
    names.forEach((name, i) => {
      const labels: KnownLabels = {
        [present(keys[i])]: present(values[i]),
        [`${present(keys[399 - i])}x`]: present(values[399 - i]),
        'http.route': '/',
      };
      expect(parseSeriesName(seriesName(name, labels))).toEqual({ name, labels });
    });
  });

  it('is different for every other name or label', () => {
    const parts = [...new Set(texts(60))];
    const names = new Set<string>();
    for (const a of parts)
      for (const b of parts) names.add(seriesName(a, { x: b })).add(seriesName(`${a}${b}x`));
    const identities = new Set(parts.flatMap((a) => parts.map((b) => JSON.stringify([a, b]))));
    const plain = new Set(parts.flatMap((a) => parts.map((b) => `${a}${b}x`)));
    expect(names.size).toBe(identities.size + plain.size);
  });

  it.each(['x{', 'x{}', 'x{a}', 'x{a="1"', 'x{a="1",}', 'x{a="1"b="2"}', 'x{="1"}', 'x{a=1}', 'x{a="1"}y'])(
    'is not %j, which throws',
    (text) => {
      expect(() => parseSeriesName(text)).toThrow(TypeError);
    },
  );
});
