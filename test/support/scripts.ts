import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Runs a script of `test/scripts/` until it exits, and returns its output: one JSON value per line. */
export async function linesOf(
  script: string,
  args: string[] = [],
  node = process.execPath,
  flags: string[] = [],
): Promise<unknown[]> {
  const path = fileURLToPath(new URL(`../scripts/${script}`, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(node, [...flags, path, ...args], {
    env: environment(),
  });
  if (stderr !== '') throw new Error(`${script} wrote to stderr: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** The environment without the variables that vitest sets, since they change how Node behaves. */
export function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR };
}
