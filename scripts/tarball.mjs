/** Packs what is built into a directory, and returns the path of the tarball. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './at-end.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export async function packInto(directory) {
  const options = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  const { stdout } = await run('npm', options, { cwd: ROOT });
  const [{ filename }] = Object.values(JSON.parse(stdout));
  return join(directory, filename);
}
