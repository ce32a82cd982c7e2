import { expect, it } from 'vitest';
import { targetOf } from './request-target.js';

it.each([
  ['/monitor', '/monitor', []],
  ['/monitor?', '/monitor', []],
  [
    '/monitor?reader=a&process=1',
    '/monitor',
    [
      ['reader', 'a'],
      ['process', '1'],
    ],
  ],
  ['/monitor/history?series=a{b="c?d"}', '/monitor/history', [['series', 'a{b="c?d"}']]],
  ['/monitor??reader=a?b', '/monitor', [['?reader', 'a?b']]],
  ['http://localhost/monitor?reader=a', 'http://localhost/monitor', [['reader', 'a']]],
  ['', '', []],
])('the target %s is a path and a query, which is all after the first question mark', (url, path, query) => {
  const target = targetOf({ rawHeaders: [], url });
  expect([target.path, [...target.query]]).toEqual([path, query]);
});
