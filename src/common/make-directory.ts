import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Creates a directory and its parents, with the mode 0700. Node's own `recursive` never returns where mkdir always fails with ENOENT, as
 * in /proc.
 */
export async function makeDirectory(path: string): Promise<void> {
  const make = () =>
    mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    const parent = join(path, '..');
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    await makeDirectory(parent);
    await make();
  }
}
