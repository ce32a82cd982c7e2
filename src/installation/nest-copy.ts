import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stackFiles } from '../common/stack-files.js';

/** Where a copy of `@nestjs/core` is, and its version. */
export interface NestCopy {
  readonly directory: string;
  readonly version: string;
}

const IN_CORE = /^(.*[\\/]@nestjs[\\/]core)[\\/]/;

/** The copy on the call stack; `undefined` if the stack does not show it, as in a bundle. */
export function callingNest(): NestCopy | undefined {
  return firstCopy(stackFiles());
}

/** The copy that this package loads; `undefined` if it cannot be found. */
export function ownNest(): NestCopy | undefined {
  const [ownFile] = stackFiles();
  if (ownFile === undefined) return undefined;
  try {
    return firstCopy([createRequire(ownFile).resolve('@nestjs/core')]);
  } catch {
    return undefined;
  }
}

function firstCopy(files: readonly string[]): NestCopy | undefined {
  for (const file of files) {
    const directory = IN_CORE.exec(file)?.[1];
    if (directory !== undefined) return copyAt(directory);
  }
  return undefined;
}

function copyAt(directory: string): NestCopy | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
    return { directory: realpathSync(directory), version: manifest.version };
  } catch {
    // Under the permission model of Node, it may not be readable.
    return undefined;
  }
}
