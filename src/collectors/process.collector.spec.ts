import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countOpenDescriptors } from './open-descriptors.js';
import { PortableProcess } from './portable-process.js';
import { ProcessCollector } from './process.collector.js';

const ps = (field: string) =>
  Number(execFileSync('ps', ['-o', `${field}=`, '-p', String(process.pid)], { encoding: 'utf8' }));

describe.runIf(process.platform === 'linux')('ProcessCollector on Linux', () => {
  const start = () => {
    const collector = new ProcessCollector();
    onTestFinished(() => collector.stop());
    collector.start();
    return collector;
  };

  it('says what ps says', () => {
    const { uptime, meminfo, cpu } = start().read();
    expect(uptime).toBeGreaterThanOrEqual(ps('etimes') - 1);
    expect(uptime).toBeLessThanOrEqual(ps('etimes') + 1.5);
    expect(cpu.num_threads).toBe(ps('nlwp'));
    expect(Math.abs(meminfo.vsz_bytes! / 1024 - ps('vsz'))).toBeLessThan(ps('vsz') * 0.05);
    expect(Math.abs(meminfo.rss_bytes! / 1024 - ps('rss'))).toBeLessThan(ps('rss') * 0.2);
  });

  it('has an uptime that begins before Node did', () => {
    const collector = start();
    expect(collector.read().uptime).toBeGreaterThanOrEqual(process.uptime() - 0.001);
  });

  it('counts the descriptors that are open', () => {
    const collector = start();
    const before = collector.read().num_fds!;
    const opened = Array.from({ length: 10 }, () => openSync('/dev/null', 'r'));
    expect(collector.read().num_fds).toBe(before + 10);
    opened.forEach((fd) => closeSync(fd));
    expect(collector.read().num_fds).toBe(before);
  });

  it('counts seconds of CPU', () => {
    const collector = start();
    const before = collector.read().cpu.user_time!;
    const end = process.cpuUsage().user + 50_000;
    while (process.cpuUsage().user < end);
    expect(collector.read().cpu.user_time! - before).toBeGreaterThanOrEqual(0.05);
  });
});

describe('countOpenDescriptors', () => {
  it.runIf(process.platform === 'linux')('counts one more for one more', () => {
    const before = countOpenDescriptors()!;
    const fd = openSync('/dev/null', 'r');
    expect(countOpenDescriptors()).toBe(before + 1);
    closeSync(fd);
  });
});

describe.skipIf(process.platform === 'win32')('PortableProcess', () => {
  it('knows age and resident size from the tools of the operating system', async () => {
    const portable = new PortableProcess();
    expect(portable.figures).toBeNull();
    await portable.ask();
    expect(Math.abs(portable.figures!.age - process.uptime())).toBeLessThan(5);
    expect(portable.figures!.rssBytes).toBeGreaterThan(20e6);
  });

  it('asks one question at a time, and leaves no descriptor open', async () => {
    const portable = new PortableProcess();
    const before = countOpenDescriptors();
    const questions = Array.from({ length: 50 }, () => portable.ask());
    expect(new Set(questions).size).toBe(1);
    await Promise.all(questions);
    expect(countOpenDescriptors()).toBe(before);
  });

  it('knows nothing, and says so, where those tools are missing', async () => {
    const { PATH } = process.env;
    process.env.PATH = '/nowhere';
    onTestFinished(() => void (process.env.PATH = PATH));
    const portable = new PortableProcess();
    await portable.ask();
    expect(portable.figures).toBeNull();
  });
});
