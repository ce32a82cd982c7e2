import { afterEach, expect, it, vi } from 'vitest';
import { GroupDirectory } from './group/group-directory.js';
import { locateGroup } from './group-location.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The longest name of a member: a pid of seven digits, and a thread id of five. */
const NAME = { pid: 4_194_304, thread: 9, text: `4194304.99999-${'0'.repeat(12)}` };

/** The bytes that macOS allows for the path of a socket. Linux allows 107. */
const LONGEST = 103;

it.each([
  ['of any length', undefined, '/tmp'],
  ['in a directory of any length', `/${'d'.repeat(39)}`, '/tmp'],
  ['where the directory for temporary files has a long path', undefined, `/${'t'.repeat(200)}`],
  ['where the directory for temporary files is as long as it may be', undefined, `/${'t'.repeat(27)}`],
  ['where the directory for temporary files is a relative path', undefined, 'tmp'],
  ['in a directory whose name is not ASCII', `/${'監'.repeat(13)}`, '/tmp'],
  ['where the directory for temporary files has a name that is not ASCII', undefined, `/${'監'.repeat(27)}`],
])('the socket of a group %s has a path that the system allows', (_what, directory, temporary) => {
  vi.stubEnv('TMPDIR', temporary);
  const groups = Array.from({ length: 40 }, (_, i) => 'g'.repeat(i + 1));
  const paths = groups.map((group) => locateGroup({ kind: 'group', group, directory }));
  for (const path of paths) {
    expect(path).toMatch(/^\//);
    expect(Buffer.byteLength(new GroupDirectory(path ?? '').addressOf(NAME))).toBeLessThanOrEqual(LONGEST);
  }
  expect(new Set(paths).size).toBe(groups.length);
});
