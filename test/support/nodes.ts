import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The major versions of Node that the package is for. */
export const NODE_MAJORS = [20, 22, 24, 26] as const;

/**
 * Where Node of that version is; `undefined` where it cannot be had, which is for a developer's machine without a
 * network. In CI, it fails.
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
