import { dirname } from 'node:path';
import { stackFiles } from './stack-files.js';

/** A property of the injected classes of every copy of this package: the directory of the copy. */
export const MONITOR_COPY = Symbol.for('nestjs-monitor:copy');

/** Stands for this copy. The ES modules and the CommonJS are two copies if a tool loads both of them. */
export const THIS_COPY = { path: ownDirectory() };

/** A class decorator that lets another copy of this package recognize the class. */
export function OfThisCopy(): ClassDecorator {
  return (target) => void Object.defineProperty(target, MONITOR_COPY, { value: THIS_COPY });
}

function ownDirectory(): string {
  const [ownFile] = stackFiles();
  return ownFile === undefined ? 'an unknown place' : dirname(dirname(ownFile));
}
