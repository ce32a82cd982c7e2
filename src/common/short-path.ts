import { isAbsolute, relative } from 'node:path';

/** A path inside the working directory as it is from there; any other one as it is. */
export function shortPath(file: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(process.cwd(), file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
