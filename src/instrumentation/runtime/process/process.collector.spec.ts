import { execFileSync } from 'node:child_process';
import { accessSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { OpenDescriptors } from './open-descriptors.js';
import { PortableProcess } from './portable-process.js';
import type { PortableFigures } from './portable-process.js';
import { ProcessCollector } from './process.collector.js';
import { NEEDS_LINUX, NEEDS_POSIX } from '../../../../test/support/tools.js';

const ps = (field: string) =>
  Number(execFileSync('ps', ['-o', `${field}=`, '-p', String(process.pid)], { encoding: 'utf8' }));

describe.skipIf(NEEDS_LINUX.isMissing)(`ProcessCollector on Linux${NEEDS_LINUX.reason}`, () => {
  const start = () => {
    const collector = new ProcessCollector();
    onTestFinished(() => collector.stop());
    collector.start();
    return collector;
  };

  it('agrees with ps', () => {
    const { uptime, meminfo, cpu } = start().read();
    expect(uptime).toBeGreaterThanOrEqual(ps('etimes') - 1);
    expect(uptime).toBeLessThanOrEqual(ps('etimes') + 1.5);
    expect(cpu.num_threads).toBe(ps('nlwp'));
    expect(Math.abs(meminfo.vsz_bytes! / 1024 - ps('vsz'))).toBeLessThan(ps('vsz') * 0.05);
    expect(Math.abs(meminfo.rss_bytes! / 1024 - ps('rss'))).toBeLessThan(ps('rss') * 0.2);
  });

  it.each(['shop (v1) api', 'a) b c d'])('has the resident size of a process with the title %j', (title) => {
    const { title: before } = process;
    onTestFinished(() => void (process.title = before));
    process.title = title;
    expect(Math.abs(start().read().meminfo.rss_bytes! / 1024 - ps('rss'))).toBeLessThan(ps('rss') * 0.2);
  });

  it('counts the uptime from before Node started', () => {
    const collector = start();
    expect(collector.read().uptime).toBeGreaterThanOrEqual(process.uptime() - 0.001);
  });

  it('counts the open descriptors', async () => {
    const collector = start();
    const count = () => collector.read().num_fds;
    const before = count()!;
    const opened = Array.from({ length: 10 }, () => openSync('/dev/null', 'r'));
    // Before Linux 6.2, not every read counts again.
    await eventually(() => expect(count()).toBe(before + 10));
    opened.forEach((fd) => closeSync(fd));
    await eventually(() => expect(count()).toBe(before));
  });

  it('counts seconds of CPU', () => {
    const collector = start();
    const before = collector.read().cpu.user_time!;
    const end = process.cpuUsage().user + 50_000;
    while (process.cpuUsage().user < end);
    expect(collector.read().cpu.user_time! - before).toBeGreaterThanOrEqual(0.05);
  });
});

describe('ProcessCollector where the runtime does not know the resident size', () => {
  /** Returns the given answers one after another. */
  class Answering extends PortableProcess {
    questions = 0;

    constructor(private readonly answers: (PortableFigures | null)[]) {
      super();
    }

    override get figures(): PortableFigures | null {
      return this.answers[this.questions - 1] ?? null;
    }

    override get canAnswer(): boolean {
      return this.answers[0] !== null;
    }

    override ask(): Promise<void> {
      this.questions++;
      return Promise.resolve();
    }
  }

  const start = (portable: PortableProcess) => {
    vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
      throw new Error('ENOENT');
    });
    onTestFinished(() => void vi.restoreAllMocks());
    let sample = () => {};
    const sampling = { start: (given: () => void) => void (sample = given), stop: () => {} };
    const collector = new ProcessCollector(portable, sampling);
    onTestFinished(() => collector.stop());
    collector.start();
    return { collector, sample };
  };

  it('asks ps once a second, and is null when it has no answer', async () => {
    const portable = new Answering([{ age: 3, rssBytes: 111 }, null, { age: 5, rssBytes: 222 }]);
    const { collector, sample } = start(portable);
    // On Linux, /proc has the age, and ps is not asked at the start.
    if (portable.questions === 0) await portable.ask();
    const sizes = [111, null, 222].map((_, i) => {
      if (i > 0) sample();
      return collector.read().meminfo.rss_bytes;
    });
    expect(sizes).toEqual([111, null, 222]);
  });

  it('does not ask ps again if it had no answer at the start', () => {
    const portable = new Answering([null]);
    const { collector, sample } = start(portable);
    const { questions } = portable;
    for (let second = 0; second < 10; second++) sample();
    expect(portable.questions).toBe(questions);
    expect(collector.read().meminfo.rss_bytes).toBeNull();
  });
});

describe('OpenDescriptors', () => {
  it.skipIf(NEEDS_LINUX.isMissing)(`counts one more when a file is opened${NEEDS_LINUX.reason}`, () => {
    const before = new OpenDescriptors().count()!;
    const fd = openSync('/dev/null', 'r');
    expect(new OpenDescriptors().count()).toBe(before + 1);
    closeSync(fd);
  });

  it('lists them before Linux 6.2, for at most a thousandth of the time', () => {
    let [now, lists, open] = [0, 0, 1000];
    const list = () => (lists++, (now += 2), open);
    const descriptors = new OpenDescriptors(() => now, { size: () => 0, list });
    expect(descriptors.count()).toBe(1000);
    open = 1001;
    now += 1999;
    expect(descriptors.count()).toBe(1000);
    expect(lists).toBe(1);
    now += 1;
    expect(descriptors.count()).toBe(1001);
    expect(lists).toBe(2);
  });

  it('is null, and not an earlier count, when they cannot be listed any more', () => {
    let now = 0;
    const ways = { size: () => 0, list: () => 7 };
    const descriptors = new OpenDescriptors(() => now++, ways);
    expect(descriptors.count()).toBe(7);
    ways.list = () => {
      throw new Error('EMFILE');
    };
    now += 10_000;
    expect(descriptors.count()).toBeNull();
  });

  it('is the limit when it is reached, since listing them needs one more', () => {
    const fail = (code: string) => () => {
      throw Object.assign(new Error(code), { code });
    };
    let now = 0;
    const ways = { size: () => 0, list: () => 7 };
    const descriptors = new OpenDescriptors(() => now, ways);
    const counted = (list: () => number, limit: number | null) => {
      now += 10_000;
      ways.list = list;
      return descriptors.count(limit);
    };
    expect(counted(() => 190, 200)).toBe(190);
    expect(counted(fail('EMFILE'), 200)).toBe(200);
    expect(counted(() => 20, 200)).toBe(20);
    expect(counted(fail('EMFILE'), null)).toBeNull();
    // The limit of the whole system: it says nothing about this process.
    expect(counted(fail('ENFILE'), 200)).toBeNull();
  });
});

describe.skipIf(NEEDS_POSIX.isMissing)(`PortableProcess${NEEDS_POSIX.reason}`, () => {
  it('has age and resident size from ps', async () => {
    const portable = new PortableProcess();
    expect(portable.figures).toBeNull();
    const earliest = process.uptime();
    await portable.ask();
    // ps reports whole seconds, and the process is a little older than Node in it.
    expect(portable.figures!.age).toBeGreaterThanOrEqual(earliest - 1);
    expect(portable.figures!.age).toBeLessThanOrEqual(process.uptime() + 60);
    expect(portable.figures!.rssBytes).toBeGreaterThan(20e6);
  });

  it('runs one ps at a time, and leaves no descriptor open', async () => {
    const portable = new PortableProcess();
    const before = new OpenDescriptors().count();
    const questions = Array.from({ length: 50 }, () => portable.ask());
    expect(new Set(questions).size).toBe(1);
    await Promise.all(questions);
    expect(new OpenDescriptors().count()).toBe(before);
  });

  it('leaves nothing in the history of pidusage', async () => {
    const history = createRequire(import.meta.url)('pidusage/lib/history.js') as {
      get(pid: number): unknown;
    };
    const portable = new PortableProcess();
    await portable.ask();
    expect(portable.canAnswer).toBe(true);
    portable.stop();
    expect(history.get(process.pid)).toBeUndefined();
  });

  it('kills a running ps when it is stopped, and keeps no answer', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'nestjs-monitor-ps-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const started = join(directory, 'started');
    writeFileSync(join(directory, 'ps'), `#!/bin/sh\ntouch '${started}'\nexec sleep 1000\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${directory}${delimiter}${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const portable = new PortableProcess();
    const asking = portable.ask();
    await eventually(() => accessSync(started));
    portable.stop();
    await asking;
    expect(portable.figures).toBeNull();
  });

  it('starts nothing on Windows, where pidusage would start a PowerShell for each question', async () => {
    const portable = new PortableProcess('win32');
    await portable.ask();
    expect(portable.figures).toBeNull();
    expect(portable.canAnswer).toBe(false);
  });

  it('is null where there is no ps', async () => {
    const { PATH } = process.env;
    process.env.PATH = '/nowhere';
    onTestFinished(() => void (process.env.PATH = PATH));
    const portable = new PortableProcess();
    await portable.ask();
    expect(portable.figures).toBeNull();
  });
});
