import { expect, it } from 'vitest';
import { CLAIM_TIMEOUT, StaleClaims } from './stale-claims.js';

const claim = (owner: string) => `${owner}.0123456789abcdef`;

it('the claim files of merged processes are removed when no process can claim their windows any more', () => {
  let now = 0;
  const stale = new StaleClaims(() => now);
  const others = [
    '1.0-00000000000a.totals',
    '1.0-00000000000a.seconds',
    'ended-2',
    'pushed-0123456789abcdef',
  ];
  const names = [...others, claim('1.0-00000000000a'), claim('2.0-00000000000b'), claim('ended-1')];
  const isPresent = (owner: string) => owner.startsWith('2.');
  expect(stale.update(names, isPresent)).toEqual([]);
  now = CLAIM_TIMEOUT + 1;
  expect(stale.update([...names, claim('ended-2')], isPresent)).toEqual([]);
  now = 2 * CLAIM_TIMEOUT + 1;
  expect(stale.update([...names, claim('ended-2')], isPresent)).toEqual([
    claim('1.0-00000000000a'),
    claim('ended-1'),
  ]);
  now = 4 * CLAIM_TIMEOUT;
  expect(stale.update([...others, claim('ended-2')], isPresent)).toEqual([claim('ended-2')]);
});
