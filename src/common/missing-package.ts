/** Whether a dynamic import failed because this package is not installed, and not because of an error inside it. */
export function isNotInstalled(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // Node has one code for import and one for require().
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing && String(message).includes(`'${name}'`);
}

/** For `import().catch()`: esbuild then bundles an application in which the package is not installed. */
export function rethrow(error: unknown): never {
  throw error;
}

export const MISSING_PACKAGE = (purpose: string, name: string): string =>
  `${purpose} needs the package ${name}, which is not installed. Install it: npm install ${name}`;
