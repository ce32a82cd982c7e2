import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, DashboardPage, launch } from '../dashboard/chromium.js';
import { Cluster } from '../support/cluster.js';

describe.skipIf(CHROMIUM.isMissing)(`the section Processes of the dashboard${CHROMIUM.reason}`, () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([Cluster.start('express', 1), launch()]);
  });

  afterAll(() => Promise.all([cluster.close(), browser.close()]));

  it(
    'has a row for each process: CPU, memory, event loop, requests, errors, age',
    { timeout: 90_000 },
    async () => {
      const [pid] = cluster.pids;
      const { page, problems } = await DashboardPage.open(
        browser,
        `http://127.0.0.1:${cluster.port}/monitor`,
      );
      await page.getByRole('navigation').getByRole('link', { name: 'Processes' }).click();
      const table = page.getByRole('table', { name: 'Processes' });
      const row = table.getByRole('row', { name: new RegExp(`^${pid} answers`) });
      await row.waitFor();
      const cells = await row.getByRole('cell').allTextContents();
      const titles = await table.getByRole('columnheader').allTextContents();
      expect(titles).toEqual([
        'Process',
        'State',
        'CPU',
        'Memory',
        'Event loop',
        'Requests/s',
        'Errors/s',
        'Running for',
        'Age of its numbers',
      ]);
      expect(cells[2]).toMatch(/ %$/);
      expect(cells[3]).toMatch(/ MB$/);
      expect(cells[4]).toMatch(/ %$/);
      expect(problems).toEqual([]);
    },
  );
});
