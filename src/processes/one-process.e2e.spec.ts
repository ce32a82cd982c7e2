import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../../test/support/app.js';
import { present } from '../../test/support/present.js';
import { MonitorModule } from '../monitor.module.js';
import { MonitorService } from '../monitor.service.js';
import { ProcessesHandle } from './processes.handle.js';

describe('one process of a group', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nm-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** An application that is in a group. */
  async function startMember() {
    const processes = { group: 'g', directory };
    const test = await startApp('express', { imports: [MonitorModule.forRoot({ processes })] });
    const { group } = present(test.app.get(ProcessesHandle, { strict: false }).current);
    return { ...test, group, monitor: test.app.get(MonitorService, { strict: false }) };
  }

  it('answers with its own numbers while its totals cannot be saved, and goes on', async () => {
    const member = await startMember();
    const { group, monitor } = member;
    const query = `?process=${process.pid}`;
    monitor.count('work', 1);
    expect((await member.document(`/monitor${query}`)).counters.work).toBe(1);
    // Nothing can be saved: there is a directory in place of the file, to which not even root can write.
    const totals = group.directory.totalsOf(group.name);
    rmSync(totals);
    mkdirSync(totals);
    monitor.count('work', 2);
    monitor.observe('size', 5);
    const read = await member.document(`/monitor${query}`);
    expect(read).toMatchObject({ counters: { work: 3 }, histograms: { size: { count: 1 } } });
    const scrape = async () => (await member.get(`/monitor/prometheus${query}`)).text();
    expect(await scrape()).toMatch(/^work_total(\{.*\})? 3$/m);
    rmSync(totals, { recursive: true });
    monitor.count('work', 4);
    expect((await member.document(`/monitor${query}`)).counters.work).toBe(7);
    expect(await scrape()).toMatch(/^work_total(\{.*\})? 7$/m);
  });

  it('is read after the directory of the group was removed, which is created again', async () => {
    const member = await startMember();
    const { group, monitor } = member;
    monitor.count('work', 1);
    for (const path of ['/monitor', '/monitor/prometheus']) {
      rmSync(group.directory.path, { recursive: true });
      expect((await member.get(`${path}?process=${process.pid}`)).status).toBe(200);
      expect((await group.directory.files()).members).toEqual([group.name]);
    }
    expect((await member.document(`/monitor?process=${process.pid}`)).counters.work).toBe(1);
  });

  it('is not found any more when it has ended', async () => {
    const member = await startMember();
    const { group } = member;
    // The file of a process that has closed its application.
    const ended = '4194303.0-00000000000a';
    writeFileSync(
      group.directory.in(`${ended}.totals`),
      `${JSON.stringify(['nestjs-monitor', 1, ended])}\n["z"]\n`,
    );
    for (const path of ['/monitor', '/monitor/prometheus']) {
      expect((await member.get(`${path}?process=4194303`)).status).toBe(404);
    }
    // Neither when a read of the group has found that.
    await member.get('/monitor');
    expect((await member.get('/monitor?process=4194303')).status).toBe(404);
  });
});
