import { describe, expect, it } from 'vitest';
import type { KnownLabels } from './labels.js';
import { labelsText } from './labels.js';
import { LabelsParser } from './labels-parser.js';

/** Neighbours share nothing, the beginning of a value or of a name, or all labels but one. */
const SETS: KnownLabels[] = [
  { method: 'GET', route: '/cats', status: '200' },
  { method: 'GET', route: '/cats/:id', status: '200' },
  { method: 'GET', route: '/cats', status: '20' },
  { methods: 'GET', route: '', status: '' },
  { method: '', route: 'a,', status: 'b={}' },
  { method: 'a"b', route: 'a\\', status: 'a\nb' },
  { method: 'GET', 'a b': 'GET', status: '200' },
  { __proto__x: '1', method: 'GET' },
  { method: 'GET' },
  {},
  { method: 'G' },
  { ['__proto__']: 'G' },
];

describe('a parser of many labels', () => {
  it('returns the labels of a text, after any previous text', () => {
    const parser = new LabelsParser();
    const pairs = SETS.flatMap((one) => SETS.flatMap((other) => [one, other]));
    for (const labels of pairs) {
      expect(Object.entries(parser.parse(labelsText(labels)))).toEqual(
        Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    }
  });
});
