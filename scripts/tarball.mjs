/** Packs what is built, into a directory, and answers where the tarball is. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export async function packInto(directory) {
  const options = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  const { stdout } = await promisify(execFile)('npm', options, { cwd: ROOT });
  const [{ filename }] = Object.values(JSON.parse(stdout));
  return join(directory, filename);
}
