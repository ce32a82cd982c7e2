import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

it('The worker of the watchdog is the one that `npm run build:worker` makes of its sources', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    at('scripts/build-watchdog-worker.mjs'),
    '--print',
  ]);
  expect(await readFile(at('src/diagnostics/blocked-loop/worker.source.ts'), 'utf8')).toBe(stdout);
});
