import { expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';

/** More values of one label than a packed key of five labels has room for. */
const MANY_VALUES = 1100;

it('label sets with many values and labels are different series if they differ in any label', async () => {
  const registry = new TestRegistry();
  const labels = (a: number) => ({ a, b: 'b', c: 'c', d: 'd', e: 'undefined' });
  for (let a = 0; a < MANY_VALUES; a++) registry.count('jobs', 1, labels(a));
  const last = labels(MANY_VALUES - 1);
  registry.count('jobs', 10, { ...last, f: 'f' });
  registry.count('jobs', 20, { ...last, e: undefined });
  registry.count('jobs', 40, last);
  const { counters } = await registry.read();
  const common = `a="${MANY_VALUES - 1}",b="b",c="c",d="d"`;
  expect(counters[`jobs{${common},e="undefined"}`]).toBe(41);
  expect(counters[`jobs{${common},e="undefined",f="f"}`]).toBe(10);
  expect(counters[`jobs{${common}}`]).toBe(20);
});
