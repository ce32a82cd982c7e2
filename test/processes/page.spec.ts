import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, DashboardPage, launch } from '../dashboard/chromium.js';
import { Cluster } from '../support/cluster.js';
import { eventually } from '../support/eventually.js';

describe.skipIf(CHROMIUM.isMissing)(`the dashboard of a cluster${CHROMIUM.reason}`, () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([Cluster.start('express', 3, { diagnostics: true }), launch()]);
  });

  afterAll(() => Promise.all([cluster.close(), browser.close()]));

  const open = () => DashboardPage.open(browser, `http://127.0.0.1:${cluster.port}/monitor`);
  const rowOf = ({ page }: DashboardPage, pid: number) =>
    page.getByRole('table', { name: 'Processes' }).getByRole('row', { name: new RegExp(`^${pid} `) });

  it('shows all workers as one, and each by itself', async () => {
    const work = await cluster.workInAll();
    const dashboard = await open();
    const { page } = dashboard;
    await dashboard.isLive();
    await dashboard.section('Routes');
    // Whichever worker answers.
    for (let i = 0; i < 3; i++) {
      await eventually(async () => expect((await dashboard.row('/work'))['Total']).toBe(String(work)));
      await page.reload();
      await dashboard.isLive();
    }
    const select = page.getByRole('combobox', { name: 'Process' });
    expect(await select.locator('option').first().textContent()).toBe('All 3 processes');
    const totals: number[] = [];
    for (const pid of cluster.pids) {
      await select.selectOption(String(pid));
      await page.getByRole('list', { name: 'Process' }).getByText(`pid ${pid}`).waitFor();
      expect(page.url()).toContain(`process=${pid}`);
      await dashboard.isLive();
      totals.push(Number((await dashboard.row('/work'))['Total']));
    }
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(work);
    // The choice is in the address.
    await page.reload();
    await dashboard.isLive();
    expect(await select.locator('option').first().textContent()).toBe('All 3 processes');
    await select.selectOption({ index: 0 });
    await eventually(async () => expect((await dashboard.row('/work'))['Total']).toBe(String(work)));
    // A choice ends a pause: what the page has kept is of all processes.
    await page.getByRole('button', { name: 'Pause' }).click();
    await dashboard.section('Processes');
    const [first = 0] = cluster.pids;
    await page.getByRole('button', { name: String(first), exact: true }).click();
    await dashboard.section('Routes');
    await eventually(async () => expect((await dashboard.row('/work'))['Total']).toBe(String(totals[0])));
    expect(dashboard.problems).toEqual([]);
  });

  it('says which worker is sick: one fails, one is blocked, one ends', async () => {
    const [failing = 0, blocked = 0, ended = 0] = cluster.pids;
    const dashboard = await open();
    const { page } = dashboard;
    await dashboard.isLive();
    await dashboard.section('Processes');
    for (const pid of cluster.pids) {
      const row = rowOf(dashboard, pid);
      // On a busy machine, its event loop may be blocked.
      await row.getByText(/answers|event loop/i).waitFor();
      const cells = await row.getByRole('cell').allTextContents();
      expect(cells[2]).toMatch(/ %$/);
      expect(cells[3]).toMatch(/ MB$/);
      expect(cells[4]).toMatch(/ %$/);
    }
    cluster.tell(failing, { fail: true });
    await cluster.workInAll();
    await rowOf(dashboard, failing).getByText('of its requests fail').waitFor();
    expect(await rowOf(dashboard, failing).getAttribute('class')).toBe('sick');
    cluster.tell(blocked, { block: 15_000 });
    await rowOf(dashboard, blocked).getByText('does not answer').waitFor();
    await dashboard.notice(`Process ${blocked} has not answered`);
    // Processes with a problem come first.
    expect(await page.locator('.data > tbody > tr').first().getAttribute('class')).toBe('sick');
    await page.getByRole('region', { name: 'Findings' }).getByText(`Process ${blocked}`).first().waitFor();
    if (process.env['PICTURE'] !== undefined) await page.screenshot({ path: process.env['PICTURE'] });
    expect(await dashboard.barriers()).toEqual([]);
    await cluster.end(ended);
    await rowOf(dashboard, ended).getByText('has ended').waitFor();
  });

  it('leads back to all of them when the one that it shows has ended', async () => {
    const pid = await cluster.fork();
    const dashboard = await open();
    const { page } = dashboard;
    await page.goto(`http://127.0.0.1:${cluster.port}/monitor/dashboard?process=${pid}`);
    await dashboard.isLive();
    await cluster.end(pid);
    await dashboard.notice(`Process ${pid} has ended`);
    await page.getByRole('button', { name: 'Show all processes' }).click();
    await dashboard.isLive();
    expect(page.url()).not.toContain('process=');
  });
});
