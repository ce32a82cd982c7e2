import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { CHROMIUM, launch } from './chromium.js';
import type { Answers } from './stubbed-page.js';
import {
  activityOf,
  drawn,
  emit,
  findingOf,
  Gate,
  groupHistory,
  openStubbed,
  shortHistory,
} from './stubbed-page.js';

const frame = (functionName: string) => ({ functionName, url: 'sales.js', lineNumber: 1, columnNumber: 1 });

const PROFILE = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2] },
    { id: 2, callFrame: frame('sumUp') },
  ],
  samples: [2, 2],
  timeDeltas: [1000, 1000],
  startTime: 0,
  endTime: 2000,
};

describe.skipIf(CHROMIUM.isMissing)(
  `what the dashboard shows of one process and of a group${CHROMIUM.reason}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    const openWith = async (answers: Answers, prepare?: (page: Page) => Promise<unknown>) => {
      const running = await startApp('express', { imports: [MonitorModule.forRoot()] });
      return openStubbed(browser, running, answers, {}, prepare);
    };

    describe('while it is paused', () => {
      it('shows the processes as they were', async () => {
        const page = await openWith({
          history: (query) => groupHistory(query, [activityOf(11), activityOf(12)]),
          features: 'processes',
        });
        await page.isLive();
        await page.section('Processes');
        expect(await page.row('11')).toMatchObject({ CPU: '1 %', State: 'answers' });
        await page.page.getByRole('button', { name: 'Pause' }).click();
        await page.notice(/^Paused at/);
        const processes = [activityOf(11, { cpu: 99 }), activityOf(12), activityOf(13)];
        await emit(page, 'processes', { processes });
        // The list at the top, from which another process can be chosen, goes on.
        await page.page.getByRole('option', { name: 'Process 13' }).waitFor({ state: 'attached' });
        expect(await page.row('11')).toMatchObject({ CPU: '1 %', State: 'answers' });
        expect(await page.page.locator('.data > tbody > tr').count()).toBe(2);
        await page.page.getByRole('button', { name: 'Resume' }).click();
        await eventually(async () => expect((await page.row('11'))['CPU']).toBe('99 %'));
      });

      it('reads the blocks of the event loop once, if it has not yet', async () => {
        let reads = 0;
        const blocks: Answers['blocks'] = () => {
          reads++;
          const place = { function: 'sumUp', file: 'sales.js', line: 7, confidence: 1 };
          const time = new Date().toISOString();
          return [
            {
              time,
              duration: reads,
              elapsed: reads,
              cause: 'javascript',
              ...place,
              frames: [],
              in_flight: [],
            },
          ];
        };
        const page = await openWith({ history: shortHistory, features: 'blocks', blocks }, (prepared) =>
          prepared.clock.install(),
        );
        await page.isLive();
        await page.page.getByRole('button', { name: 'Pause' }).click();
        await page.section('Event loop');
        await eventually(async () => expect(await page.row('sumUp')).toMatchObject({ Duration: '1 s' }));
        await page.page.clock.fastForward(12_000);
        await drawn(page);
        expect(reads).toBe(1);
        await page.page.getByRole('button', { name: 'Resume' }).click();
        await eventually(async () => expect(await page.row('sumUp')).toMatchObject({ Duration: '2 s' }));
      });
    });

    it('reads the document only if the diagnostics are on, which add the blocks to it', async () => {
      let reads = 0;
      const blocks = () => {
        reads++;
        return [];
      };
      const page = await openWith({ history: shortHistory, features: '', blocks }, (prepared) =>
        prepared.clock.install(),
      );
      await page.section('Event loop');
      await page.page.getByText('switch the diagnostics on').waitFor();
      await page.page.clock.fastForward(12_000);
      await drawn(page);
      expect(reads).toBe(0);
    });

    it('shows only findings of the process that is shown, however late the others answer', async () => {
      const late = new Gate();
      const page = await openWith({
        history: (query) => groupHistory(query, [activityOf(11), activityOf(12)]),
        findings: async (query) => {
          if (query.has('process')) return [];
          await late.opened;
          return [findingOf('slow', { process: { pid: 12, thread: null } })];
        },
      });
      await page.isLive();
      await page.page.getByRole('combobox', { name: 'Process' }).selectOption('11');
      await page.page.getByRole('list', { name: 'Process' }).getByText('pid 11').waitFor();
      const answered = page.page.waitForResponse((response) => response.url().endsWith('/findings?'));
      late.open();
      await (await answered).finished();
      await drawn(page);
      expect(await page.page.locator('.finding').allTextContents()).toEqual([]);
      expect(await page.page.title()).not.toContain('(1)');
    });

    it('does not replace the list of processes by an older one', async () => {
      const late = new Gate();
      let hasThree = false;
      const page = await openWith({
        history: async (query) => {
          const two = [activityOf(11), activityOf(12)];
          if (query.get('series') === '-') await late.opened;
          else if (hasThree) two.push(activityOf(13));
          return groupHistory(query, two);
        },
      });
      const select = page.page.getByRole('combobox', { name: 'Process' });
      await page.isLive();
      await select.selectOption('11');
      await page.page.getByRole('list', { name: 'Process' }).getByText('pid 11').waitFor();
      hasThree = true;
      await select.selectOption({ index: 0 });
      const all = page.page.getByRole('option', { name: 'All 3 processes' });
      await all.waitFor({ state: 'attached' });
      late.open();
      // Runs after what was received of the answer, if it is still waited for.
      await page.page.evaluate(`fetch('history?series=-&last=1').then((response) => response.text())`);
      await drawn(page);
      expect(await all.count()).toBe(1);
    });

    it('finds processes of the group that are new, also while it shows one of them', async () => {
      const processes = [activityOf(11), activityOf(12)];
      const page = await openWith({ history: (query) => groupHistory(query, processes) }, (prepared) =>
        prepared.clock.install(),
      );
      await page.isLive();
      await page.page.getByRole('combobox', { name: 'Process' }).selectOption('11');
      await page.page.getByRole('list', { name: 'Process' }).getByText('pid 11').waitFor();
      await page.page.getByRole('option', { name: 'All 2 processes' }).waitFor({ state: 'attached' });
      processes.push(activityOf(13));
      await page.page.clock.fastForward(10_000);
      await page.page.getByRole('option', { name: 'Process 13' }).waitFor({ state: 'attached' });
    });

    it('shows how long a process runs, whatever the clock of the browser says', async () => {
      const ahead = 7_200_000;
      const start_time = new Date(Date.now() + ahead - 600_000).toISOString();
      const page = await openWith({
        history: (query) => {
          const history = groupHistory(query, [activityOf(11, { start_time }), activityOf(12)]);
          return {
            ...history,
            time: history.time + ahead,
            instance: { ...history.instance, start_time },
          };
        },
        features: 'processes',
      });
      await page.isLive();
      await page.section('Processes');
      expect((await page.row('11'))['Running for']).toMatch(/^10 min/);
      await page.page.getByRole('combobox', { name: 'Process' }).selectOption('11');
      await page.page
        .getByRole('list', { name: 'Process' })
        .getByText(/^up 10 min/)
        .waitFor();
    });

    it('says since when processes do not answer, in a text that does not change each second', async () => {
      const late = (age: number) => [11, 12].map((pid) => activityOf(pid, { state: 'late', age }));
      const page = await openWith({ history: (query) => groupHistory(query, late(7)) });
      await page.notice(/^Process 11 has not answered since [\d:]+\. Process 12 has not answered since/);
      const text = await page.page.locator('.notice').textContent();
      for (let age = 8.4; age < 12; age++) {
        await emit(page, 'processes', { processes: late(age) });
        await drawn(page);
      }
      expect(await page.page.locator('.notice').textContent()).toBe(text);
      const many = Array.from({ length: 100 }, (_, at) => activityOf(1000 + at, { state: 'late', age: 7 }));
      await emit(page, 'processes', { processes: many });
      await page.notice(/^100 processes have not answered, the first of them since [\d:]+\./);
    });

    it('takes a profile also while another section is open, and keeps it', async () => {
      const taken = new Gate();
      const page = await openWith({ history: shortHistory, features: 'profiles' }, (prepared) =>
        prepared.route('**/monitor/profile/cpu*', async (route) => {
          await taken.opened;
          await route.fulfill({ json: PROFILE });
        }),
      );
      await page.section('Profile');
      const button = page.page.getByRole('button', { name: 'Profile the CPU' });
      await page.page.getByLabel('Seconds').fill('2');
      await button.click();
      await page.section('Overview');
      await page.section('Profile');
      await page.page.getByText('Profiling for 2 seconds.').waitFor();
      expect(await button.isEnabled()).toBe(false);
      await page.section('Overview');
      const answered = page.page.waitForResponse((response) => response.url().includes('/profile/cpu'));
      taken.open();
      await (await answered).finished();
      await page.section('Profile');
      await page.page.getByRole('treeitem', { name: 'sumUp' }).waitFor();
      await page.page.getByRole('link', { name: /^Download profile-.*\.cpuprofile$/ }).waitFor();
      expect(await button.isEnabled()).toBe(true);
    });
  },
);
