import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EventLoopBlock } from '../../src/index.js';
import { blocksOf, DiagnosedProcess, namedBlocks } from '../support/diagnosed-process.js';
import { first } from '../support/present.js';
import { environment, linesOf } from '../support/scripts.js';
import { NEEDS_LINUX } from '../support/tools.js';

const BLOCKED_THREAD = fileURLToPath(new URL('../scripts/blocked-thread.mjs', import.meta.url));

describe('The watchdog of a process', () => {
  it.each(['esm', 'cjs'])(
    'names a block, and prints nothing of its own until the end (%s)',
    async (build) => {
      const running = new DiagnosedProcess({ args: [build] });
      const url = await running.open();
      const block = first(await namedBlocks(url, 'addUpInvoices', () => running.do('block')));
      expect(block).toMatchObject({ cause: 'javascript', file: 'test/scripts/diagnostics.mjs' });
      expect(await running.end()).toEqual({ code: 0, signal: null, stderr: '', rest: [] });
    },
  );

  it.each([
    ['exit', 0, /^$/],
    ['throw', 1, /Error: The application failed\./],
  ])('prints nothing of its own where the application ends in a block, by %s', async (how, code, error) => {
    const running = new DiagnosedProcess();
    await running.open();
    await running.do(how);
    const ended = await running.exited();
    expect(ended).toMatchObject({ code, signal: null });
    expect(ended.stderr).toMatch(error);
    expect(ended.stderr).not.toContain('Waiting for the debugger');
  });

  it('names a block with --inspect too, and does not delay the exit', async () => {
    const running = new DiagnosedProcess({ flags: ['--inspect=127.0.0.1:0'] });
    const url = await running.open();
    const block = first(await namedBlocks(url, 'addUpInvoices', () => running.do('block')));
    expect(block).toMatchObject({ cause: 'javascript' });
    const { code, stderr } = await running.end();
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Debugger listening on .*\nFor help, see: .*\n$/);
  });

  it('names a block in a worker thread, of an application that runs there', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [BLOCKED_THREAD], {
      env: environment(),
    });
    const block = first(JSON.parse(stdout) as EventLoopBlock[]);
    expect(block).toMatchObject({
      cause: 'javascript',
      function: 'addUpInvoices',
      file: 'test/scripts/blocked-thread.mjs',
    });
    expect(stderr).toBe('');
  });

  it.each([
    ['while its event loop waits', 0],
    ['while a function runs', 400],
  ])('does not count the time of a suspended process: %s', async (_name, delay) => {
    const running = new DiagnosedProcess();
    const url = await running.open();
    // `block` runs a function of 0.5 s after 0.15 s.
    const working = delay === 0 ? undefined : running.do('block');
    await new Promise((resolve) => setTimeout(resolve, delay));
    await running.suspend(1500);
    await working;
    await namedBlocks(url, 'addUpInvoices', () => running.do('block'));
    // By the clock alone, a block would last 1.5 s or more. By CPU time, it is not longer on a busy machine either.
    expect((await blocksOf(url)).filter(({ duration }) => duration > 1.2)).toEqual([]);
    await running.end();
  });

  it.each([
    ['whose logger throws', 'logger'],
    ['whose working directory has been removed', 'directory'],
  ])('names a block of an application %s, and does not end it', async (_name, broken) => {
    const [file] = await linesOf('blocked-and-broken.mjs', [broken]);
    expect(file).toMatch(/\btest\/scripts\/blocked-and-broken\.mjs$/);
  });

  it.skipIf(NEEDS_LINUX.isMissing)(
    `is shared by several applications, and stops with the last of them${NEEDS_LINUX.reason}`,
    async () => {
      const running = new DiagnosedProcess();
      const [shop, other] = [await running.open(), await running.open()];
      const threads = (await running.do('threads')) as number;
      const ofFirst = first(await namedBlocks(shop, 'addUpInvoices', () => running.do('block')));
      const ofSecond = (await blocksOf(other)).filter(({ function: name }) => name === 'addUpInvoices');
      expect(ofSecond.map(({ duration }) => duration)).toContain(ofFirst.duration);
      const third = await running.open();
      expect(await running.do('threads')).toBe(threads);
      await running.do('close');
      await running.do('close');
      expect(await running.do('threads')).toBe(threads);
      expect(await namedBlocks(third, 'addUpInvoices', () => running.do('block'))).not.toEqual([]);
      expect(await running.end()).toEqual({ code: 0, signal: null, stderr: '', rest: [] });
    },
  );
});

describe('The report', () => {
  it('has no secret of the command line or the environment', async () => {
    const secrets = ['planted-password-0815', 'planted-token-4711', 'planted-dsn-1234', 'planted-value-99'];
    const [password = '', token = '', dsn = '', value = ''] = secrets;
    const running = new DiagnosedProcess({
      args: ['esm', `--db-password=${password}`, '--token', token, `postgres://shop:${dsn}@db.local/shop`],
      env: { SHOP_API_KEY: value, DATABASE_URL: `postgres://shop:${dsn}@db.local/shop` },
    });
    const text = await (await fetch(`${await running.open()}/monitor/report`)).text();
    expect(JSON.parse(text)).toHaveProperty(['header', 'processId']);
    for (const secret of secrets) expect(text).not.toContain(secret);
    for (const name of ['--db-password', 'SHOP_API_KEY']) expect(text).not.toContain(name);
  });
});

describe('`go tool pprof`', () => {
  it('reads a profile by its URL alone', async () => {
    const running = new DiagnosedProcess();
    const url = await running.open();
    const profile = promisify(execFile)('go', [
      'tool',
      'pprof',
      // By default, pprof gives up after 1.5 times the seconds of the profile, which a busy machine may exceed.
      '-timeout=60',
      '-top',
      `${url}/monitor/profile/cpu?seconds=2`,
    ]);
    // Repeated until the end of the profile, so that it has something to record.
    let isDone = false;
    void profile.finally(() => (isDone = true)).catch(() => {});
    while (!isDone) await running.do('block');
    const { stdout } = await profile;
    expect(stdout).toMatch('Type: cpu');
    expect(stdout).toMatch(/\bcpuUsage\b/);
  });
});
