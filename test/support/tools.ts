import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Where a program is that a test runs, by the PATH. Debian has some in /usr/sbin, which not everybody has in theirs.
 *
 * @returns `undefined` if it is not installed, for `skipIf`.
 * @throws where the tests have to be complete (`CI`).
 */
export function findTool(name: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const path = directories.map((directory) => join(directory, name)).find(isExecutable);
  if (path === undefined && process.env.CI)
    throw new Error(`The tests need ${name}, and it is not installed.`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
