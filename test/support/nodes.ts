import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The major versions of Node that the package supports. */
export const NODE_MAJORS = [20, 22, 24, 26] as const;

/** Why a test is skipped, for `skip()` of its context. */
export const NODE_MISSING = (major: number): string => `Node ${major} could not be downloaded`;

/**
 * The path of Node of that version.
 *
 * @returns `undefined` if it cannot be downloaded, as on a developer's machine without a network.
 * @throws if it cannot be downloaded where the tests must be complete (`CI`).
 */
export async function nodeOf(major: number): Promise<string | undefined> {
  const script = fileURLToPath(new URL('../../scripts/node-of.mjs', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, String(major)]);
    return stdout.trim();
  } catch (error) {
    if (process.env.CI) throw error;
    return undefined;
  }
}
