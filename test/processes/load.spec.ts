import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { environment } from '../support/scripts.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/load.mjs', import.meta.url));

// `npm run test:load` does the same with a million requests and 20 kills.
it('under load, with workers that are killed, no sum falls, and no more is missing than may be', async () => {
  const args = [
    SCRIPT,
    '--requests=1500',
    '--kills=2',
    '--workers=3',
    '--manager=cluster',
    '--adapter=fastify',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment() });
  const result = JSON.parse(stdout) as {
    falls: number;
    missing: number;
    mayMiss: number;
    answered: number;
    lost: number;
  };
  expect(result.falls).toBe(0);
  expect(result.missing).toBeLessThanOrEqual(result.mayMiss);
  expect(result.missing).toBeGreaterThanOrEqual(-result.lost);
  expect(result.answered + result.lost).toBe(1500);
});
