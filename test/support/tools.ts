import { accessSync, constants } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { delimiter, join } from 'node:path';

/** What a test needs of the machine. `describe.skipIf(isMissing)` skips, and `reason` at the end of the name says why. */
export interface Requirement {
  readonly isMissing: boolean;
  /** Such as ` (skipped: needs nginx, which is not installed)`; empty if nothing is missing. */
  readonly reason: string;
}

/** A requirement that is met or not. */
export function requirement(isMet: boolean, what: string): Requirement {
  return { isMissing: !isMet, reason: isMet ? '' : ` (skipped: needs ${what})` };
}

/**
 * A program on the PATH.
 *
 * @throws if it is not installed where the tests must be complete (`CI`).
 */
export function needs(program: string): Requirement & { readonly path: string | undefined } {
  const path = findTool(program);
  return { path, ...requirement(path !== undefined, `${program}, which is not installed`) };
}

export const NEEDS_LINUX = requirement(process.platform === 'linux', 'Linux');

export const NEEDS_IPV6 = requirement(
  Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1')),
  'IPv6',
);

export const NEEDS_POSIX = requirement(process.platform !== 'win32', 'a system other than Windows');

/**
 * The path of a program. Debian has some programs in /usr/sbin, which is not in the PATH of every user.
 *
 * @returns `undefined` if it is not installed.
 * @throws if it is not installed where the tests must be complete (`CI`).
 */
export function findTool(name: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const path = directories.map((directory) => join(directory, name)).find(isExecutable);
  if (path === undefined && process.env.CI)
    throw new Error(`The tests need ${name}, which is not installed.`);
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
