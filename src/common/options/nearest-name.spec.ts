import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

const KNOWN = ['publisher', 'publishInterval', 'publishTimeout', 'path', 'port', 'host', 'http', 'allow'];

it.each([
  ['publishinterval', 'publishInterval'],
  ['PUBLISHINTERVAL', 'publishInterval'],
  ['publishIntervall', 'publishInterval'],
  ['publshIntervel', 'publishInterval'],
  ['publishers', 'publisher'],
  ['publish', 'publisher'],
  ['Port', 'port'],
  ['ports', 'port'],
  ['allowed', 'allow'],
])('%s is taken for %s', (name, nearest) => {
  expect(nearestName(name, KNOWN)).toBe(nearest);
});

it.each(['', 'p', 'po', 'timeout', 'interval', 'tsoh', '__proto__', 'x'.repeat(1000)])(
  '%s is no known name',
  (name) => {
    expect(nearestName(name, KNOWN)).toBeUndefined();
  },
);
