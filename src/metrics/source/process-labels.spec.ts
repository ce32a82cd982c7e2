import { expect, it } from 'vitest';
import type { ProcessIdentity } from './process-identity.js';
import { ProcessLabels } from './process-labels.js';

const [a, b, unknown] = (['a', 'b', null] as const).map((hostname): ProcessIdentity => ({
  pid: 1,
  hostname,
  thread: null,
}));

it('a label has the host once two hosts have the pid, and keeps it when one of them has gone', () => {
  const labels = new ProcessLabels();
  expect(labels.update([a!, { ...a!, thread: 3 }, { ...b!, pid: 2 }])).toBe(false);
  expect([labels.of(a!), labels.of({ ...a!, thread: 3 })]).toEqual(['1', '1:3']);
  expect(labels.update([a!, b!])).toBe(true);
  for (const all of [[a!], [a!, b!]]) {
    expect(labels.update(all)).toBe(false);
    expect([labels.of(a!), labels.of({ ...b!, thread: 3 })]).toEqual(['a:1', 'b:1:3']);
  }
  expect(labels.of({ ...b!, pid: 2 })).toBe('2');
});

it('a process whose host is not known is labelled with its pid, and changes no other label', () => {
  const labels = new ProcessLabels();
  expect(labels.update([a!, unknown!])).toBe(false);
  expect(labels.of(a!)).toBe('1');
  labels.update([a!, b!]);
  expect(labels.of(unknown!)).toBe('1');
});
