import { readdirSync, statSync } from 'node:fs';

const DIRECTORY = '/proc/self/fd';

/** How many file descriptors this process has open, or `null` where the platform cannot say. */
export function countOpenDescriptors(): number | null {
  try {
    // Since Linux 6.2 the size of the directory is the count; before, it is 0.
    const { size } = statSync(DIRECTORY);
    // Listing the directory opens it, and lists that descriptor too.
    return size > 0 ? size : readdirSync(DIRECTORY).length - 1;
  } catch {
    return null;
  }
}
