import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { runNode } from '../package/child-process.js';
import { environment } from '../support/scripts.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../scripts/load.mjs', import.meta.url));

/** Takes the counter out of all that the script reads: for the script, nothing is counted. */
const NOTHING_COUNTED = `
  const { parse } = JSON;
  JSON.parse = (text) => {
    const value = parse(text);
    delete value?.counters?.work;
    return value;
  };
`;

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

it('the load script fails when nothing is counted', async () => {
  const hook = `data:text/javascript,${encodeURIComponent(NOTHING_COUNTED)}`;
  const flags = ['--requests=1000', '--kills=1', '--workers=2', '--manager=cluster', '--adapter=fastify'];
  const { code, stdout } = await runNode(['--import', hook, SCRIPT, ...flags], ROOT);
  const { answered, counted, missing } = JSON.parse(stdout) as Record<string, number>;
  expect({ counted, missing }).toEqual({ counted: 0, missing: answered });
  expect(answered).toBeGreaterThan(0);
  expect(code).toBe(1);
});

it.each(['--kills=abc', '--requests=1e3x', '--adapter=fastifi', '--manager=pm3'])(
  'the load script refuses %s',
  async (flag) => {
    const flags = ['--requests=10', '--kills=1', '--workers=1', '--manager=cluster', '--adapter=fastify'];
    const { code, stdout, stderr } = await runNode([SCRIPT, ...flags, flag], ROOT);
    expect(stderr).toContain(flag.replace(/=.*/, ' must be '));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  },
);
