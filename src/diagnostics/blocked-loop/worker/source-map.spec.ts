import { SourceMap as NodeSourceMap } from 'node:module';
import { describe, expect, it } from 'vitest';
import { SourceMap } from './source-map.js';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encoded(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = '';
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += DIGITS[rest > 0 ? digit + 32 : digit];
  } while (rest > 0);
  return text;
}

/** Numbers that look random, and are the same in each run. */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (state * 16807) % 2147483647;
    return state % below;
  };
}

/** Mappings of 60 lines with up to 200 segments each, with and without an original and a name. */
function mappingsOf(random: (below: number) => number): string {
  let [source, original] = [0, 0];
  const line = () => {
    const segments = Array.from({ length: random(4) === 0 ? 0 : random(200) }, () => {
      const column = encoded(1 + random(random(9) === 0 ? 5000 : 40));
      if (random(10) === 0) return column;
      const [nextSource, nextOriginal] = [random(3), random(100_000)];
      const fields = [nextSource - source, nextOriginal - original, random(50) - 25];
      [source, original] = [nextSource, nextOriginal];
      return column + fields.map(encoded).join('') + (random(3) === 0 ? encoded(random(9)) : '');
    });
    return segments.join(',');
  };
  return Array.from({ length: 60 }, line).join(';');
}

const [FILES, ROOT] = [['src/a.ts', 'src/b.ts', 'src/c.ts'], '..'];

describe('A source map', () => {
  it("has the same original for a position as Node's", () => {
    const random = numbers();
    const mappings = mappingsOf(random);
    const map = new SourceMap({ mappings, sources: FILES, sourceRoot: ROOT });
    const nodes = new NodeSourceMap({
      file: 'out.js',
      version: 3,
      names: [],
      sourcesContent: [],
      sourceRoot: '',
      mappings,
      sources: FILES,
    });
    let found = 0;
    for (let i = 0; i < 1000; i++) {
      const [line, column] = [random(62), random(8000)];
      const entry = nodes.findEntry(line, column);
      const isThere = 'generatedLine' in entry && entry.generatedLine === line;
      const source = isThere ? (entry.originalSource as string | undefined) : undefined;
      const expected =
        isThere && source !== undefined ? { source, root: ROOT, line: entry.originalLine } : undefined;
      expect(map.find(line, column), `${line}:${column}`).toEqual(expected);
      if (expected !== undefined) found++;
    }
    expect(found).toBeGreaterThan(200);
  });

  it('of sections has the positions of each part of the bundle', () => {
    // The first line of the part is line 7 of its original.
    const part = (source: string) => ({ mappings: 'AAOA', sources: [source] });
    const map = new SourceMap({
      sections: [
        { offset: { line: 0, column: 0 }, map: part('a.ts') },
        { offset: { line: 0, column: 50 }, map: part('b.ts') },
        { offset: { line: 3, column: 0 }, map: part('c.ts') },
      ],
    });
    const at = (line: number, column: number) => map.find(line, column)?.source;
    expect([at(0, 49), at(0, 50), at(3, 9), at(2, 0)]).toEqual(['a.ts', 'b.ts', 'c.ts', undefined]);
    expect(map.find(0, 60)?.line).toBe(7);
  });

  it('has no original for code whose source is null', () => {
    const map = new SourceMap({ mappings: 'AAAA,UCAA', sources: [null, 'a.ts'] });
    expect([map.find(0, 0), map.find(0, 10)?.source]).toEqual([undefined, 'a.ts']);
  });

  it.each([{}, { mappings: '' }, { mappings: 'A' }, { mappings: '\u2028AAAA', sources: ['a.ts'] }])(
    'that is broken ends the search: %j',
    (content) => {
      expect(() => new SourceMap(content).find(0, 0)).not.toThrow();
    },
  );
});
