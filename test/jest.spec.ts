import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { environment } from './support/scripts.js';

const JEST = join(dirname(createRequire(import.meta.url).resolve('jest')), '../bin/jest.js');
const TESTS = fileURLToPath(new URL('scripts/jest', import.meta.url));

it('Jest runs unit and end-to-end tests of an application, with the page, profiles and blocks, and ends', async () => {
  const options = ['--rootDir', TESTS, '--json', '--runInBand', '--testTimeout', '60000', 'application'];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', JEST, ...options],
    { cwd: TESTS, env: environment() },
  );
  const { numPassedTests, numTotalTests } = JSON.parse(stdout) as Record<string, number>;
  expect([numPassedTests, numTotalTests]).toEqual([3, 3]);
  expect(stderr).not.toMatch(/did not exit|failed to exit|torn down/);
});
