import { isAbsolute, relative } from 'node:path';

/** A path inside the working directory, relative to it; any other path is returned as it is. */
export function shortPath(file: string): string {
  if (!isAbsolute(file)) return file;
  try {
    const path = relative(process.cwd(), file);
    return path.startsWith('..') || isAbsolute(path) ? file : path;
  } catch {
    // The working directory has been removed.
    return file;
  }
}
