import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NEEDS_LINUX, needs } from '../support/tools.js';

const PRLIMIT = NEEDS_LINUX.isMissing ? NEEDS_LINUX : needs('prlimit');

/** The numbers from 1 to this one. */
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

describe.skipIf(PRLIMIT.isMissing)(`the journal on a full disk${PRLIMIT.reason}`, () => {
  it('keeps the steps that it has, and gets those that are missing when there is room again', () => {
    const directory = mkdtempSync(join(tmpdir(), 'journal-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const script = fileURLToPath(new URL('../scripts/full-disk.mjs', import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, [script, directory], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([upTo(340), upTo(340), upTo(384)]);
    expect(readdirSync(directory).sort()).toEqual(['one.seconds', 'one.seconds.old', 'one.tens']);
  });
});
