import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProcessMetrics } from '../src/index.js';
import { environment, linesOf } from './support/scripts.js';
import { present } from './support/present.js';
import { NEEDS_LINUX, requirement } from './support/tools.js';

const script = (name: string) => fileURLToPath(new URL(`scripts/${name}`, import.meta.url));

describe.skipIf(NEEDS_LINUX.isMissing)(
  `the process section of a process that does known work${NEEDS_LINUX.reason}`,
  () => {
    const DESCRIPTORS = 40;
    let before: ProcessMetrics;
    let after: ProcessMetrics;
    /** What `ps` reports after the process has done its work, while it waits. */
    let ps: Record<string, number>;
    /** Seconds from the call of `ps` until the last line of the process. */
    let sincePs: number;
    let proc: { fds: number; threads: number; rssKb: number; maxFds: number };

    beforeAll(async () => {
      const child = spawn(process.execPath, [script('known-work.mjs'), String(DESCRIPTORS)], {
        env: environment(),
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const exit = once(child, 'exit');
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const next = async () => JSON.parse((await lines.next()).value as string) as ProcessMetrics;
      before = await next();
      await next();
      const { pid = 0 } = child;
      const of = (path: string) => readFileSync(`/proc/${pid}/${path}`, 'utf8');
      const FIELDS = ['etimes', 'cputimes', 'nlwp', 'rss', 'vsz'];
      const beforePs = performance.now();
      const columns = FIELDS.map((field) => `${field}=`).join();
      const values = execFileSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8' })
        .trim()
        .split(/\s+/);
      ps = Object.fromEntries(FIELDS.map((field, i) => [field, Number(values[i])]));
      proc = {
        fds: readdirSync(`/proc/${pid}/fd`).length,
        threads: readdirSync(`/proc/${pid}/task`).length,
        rssKb: Number(/VmRSS:\s+(\d+)/.exec(of('status'))?.[1]),
        maxFds: Number(/Max open files\s+(\d+)/.exec(of('limits'))?.[1]),
      };
      child.stdin.end();
      after = await next();
      sincePs = (performance.now() - beforePs) / 1000;
      expect(await exit).toEqual([0, null]);
    });

    it('has the descriptors, and how many there may be', () => {
      expect(present(after.num_fds) - present(before.num_fds)).toBeGreaterThanOrEqual(DESCRIPTORS);
      // After the end of its input, it has closed stdin, and it may have the file with the limits open.
      expect(Math.abs(present(after.num_fds) - proc.fds)).toBeLessThanOrEqual(4);
      expect(after.max_fds).toBe(proc.maxFds);
    });

    it('has the threads', () => {
      expect(present(after.cpu.num_threads) - present(before.cpu.num_threads)).toBeGreaterThanOrEqual(2);
      expect(Math.abs(present(after.cpu.num_threads) - proc.threads)).toBeLessThanOrEqual(1);
      expect(ps.nlwp).toBe(proc.threads);
    });

    it('has the seconds of CPU', () => {
      const used = ({ cpu }: ProcessMetrics) => present(cpu.user_time) + present(cpu.system_time);
      expect(used(after) - used(before)).toBeGreaterThanOrEqual(0.5);
      // ps has whole seconds.
      expect(Math.abs(used(after) - present(ps.cputimes))).toBeLessThanOrEqual(1.2);
    });

    it('has the memory', () => {
      expect(present(after.meminfo.rss_bytes) - present(before.meminfo.rss_bytes)).toBeGreaterThan(80e6);
      expect(Math.abs(present(after.meminfo.rss_bytes) / 1024 / proc.rssKb - 1)).toBeLessThan(0.1);
      expect(Math.abs(present(after.meminfo.vsz_bytes) / 1024 / present(ps.vsz) - 1)).toBeLessThan(0.05);
    });

    it('has the age', () => {
      expect(after.uptime).toBeGreaterThan(present(before.uptime));
      // ps has whole seconds, rounded down.
      expect(after.uptime).toBeGreaterThanOrEqual(present(ps.etimes) - 1);
      expect(after.uptime).toBeLessThanOrEqual(present(ps.etimes) + 1 + sincePs);
    });
  },
);

describe.skipIf(NEEDS_LINUX.isMissing)(`the process section without /proc${NEEDS_LINUX.reason}`, () => {
  // A separate mount namespace needs permissions that not every machine grants.
  const HIDE = 'mount -t tmpfs none /proc && exec "$0" "$1"';
  const withoutProc = (command: string, file: string) =>
    spawnSync('unshare', ['-m', 'sh', '-c', HIDE, command, file], {
      encoding: 'utf8',
      input: '',
      env: environment(),
    });
  const canHide = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /proc']).status === 0;
  const HIDDEN = requirement(canHide, 'the right to mount over /proc');

  it.skipIf(HIDDEN.isMissing)(`has null for what only /proc has, and everything else${HIDDEN.reason}`, () => {
    const { stdout, stderr } = withoutProc(process.execPath, script('known-work.mjs'));
    expect(stderr).toBe('');
    const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as ProcessMetrics;
    expect(last).toMatchObject({
      uptime: expect.any(Number) as number,
      num_fds: null,
      max_fds: null,
      meminfo: { rss_bytes: null, vsz_bytes: null },
      cpu: { user_time: expect.any(Number) as number, num_threads: null },
    });
    expect(last.cpu.user_time).toBeGreaterThanOrEqual(0.5);
  });
});

describe('CPU percent', () => {
  it('covers one second for every reader, however often one of them reads', async () => {
    const lines = (await linesOf('busy.mjs')) as { percent: number; least: number; most: number }[];
    expect(lines).toHaveLength(3);
    for (const { percent, least, most } of lines) {
      expect(percent).toBeGreaterThanOrEqual(least);
      expect(percent).toBeLessThanOrEqual(most ?? Infinity);
    }
  });
});
