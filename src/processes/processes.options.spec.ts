import { expect, it } from 'vitest';
import { resolveProcessesOptions } from './processes.options.js';

const resolve = (directory: string) => resolveProcessesOptions({ group: 'shop', directory });

it('the directory of a group may have a path of 40 bytes, because the path of a socket is limited to bytes', () => {
  for (const directory of [`/${'d'.repeat(39)}`, `/${'監'.repeat(13)}`])
    expect(resolve(directory)).toMatchObject({ directory });
  for (const directory of [`/${'d'.repeat(40)}`, `/${'監'.repeat(14)}`, `/tmp/${'監'.repeat(35)}`])
    expect(() => resolve(directory)).toThrow(/processes.directory.*an absolute path of at most 40 bytes/);
});
