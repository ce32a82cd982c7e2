import { dirname } from 'node:path';
import { stackFiles } from './stack-files.js';

/** A property of the injected classes of every copy of this package: the directory of the copy. */
export const MONITOR_COPY = Symbol.for('nestjs-monitor:copy');

/** The path up to `dist` or `dist/cjs`. The CommonJS is bundled, so this file is in another folder there than in the sources. */
const BUILD = /^.*[\\/]dist(?:[\\/]cjs)?(?=[\\/])/;

/** Identifies this copy. The ES modules and the CommonJS are two copies if a tool loads both of them. */
export const THIS_COPY = { path: ownDirectory() };

/** A class decorator that lets another copy of this package recognize the class. */
export function OfThisCopy(): ClassDecorator {
  return (target) => void Object.defineProperty(target, MONITOR_COPY, { value: THIS_COPY });
}

function ownDirectory(): string {
  const [ownFile] = stackFiles();
  if (ownFile === undefined) return 'an unknown place';
  return BUILD.exec(ownFile)?.[0] ?? dirname(dirname(ownFile));
}
