import { fileURLToPath } from 'node:url';

/** Enough for Nest's injector and what it calls. */
const DEPTH = 50;

/**
 * The files of the functions on the stack, the innermost first. The first is this file, so it also shows where the package
 * is: `import.meta.url` does not exist in CommonJS, and `__filename` does not exist in an ES module.
 */
export function stackFiles(): string[] {
  const before = {
    stackTraceLimit: Error.stackTraceLimit,
    prepareStackTrace: Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace'),
  };
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName());
    Error.captureStackTrace(holder);
    // V8 formats the stack when it is first read.
    const files = holder.stack as (string | null | undefined)[];
    return files.filter((file) => typeof file === 'string').map(toPath);
  } finally {
    Error.stackTraceLimit = before.stackTraceLimit;
    if (before.prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', before.prepareStackTrace);
  }
}

function toPath(file: string): string {
  return file.startsWith('file://') ? fileURLToPath(file) : file;
}
