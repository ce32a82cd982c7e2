import { Controller, Get } from '@nestjs/common';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../src/findings/finding.js';
import { MonitorModule } from '../../src/index.js';
import { startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { CHROMIUM, DashboardPage, launch } from './chromium.js';
import type { Answers } from './stubbed-page.js';
import { drawn, findingOf, historyOf, openStubbed, shortHistory } from './stubbed-page.js';

@Controller()
class CatsController {
  @Get('cats')
  cats(): string {
    return 'cats';
  }
}

/** The page does not try again by itself, which it does after a second. */
const WITHOUT_RETRIES = `
  const start = globalThis.setTimeout;
  globalThis.setTimeout = (run, delay, ...rest) => (delay >= 1000 ? 0 : start(run, delay, ...rest));
`;

/** Hides the page, or shows it again, as another tab in front of it does. */
async function hide({ page }: DashboardPage, isHidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

function openStreams({ page }: DashboardPage): Promise<number> {
  return page.evaluate('streams.filter((one) => one.readyState !== EventSource.CLOSED).length');
}

describe.skipIf(CHROMIUM.isMissing)(`the connection of the dashboard${CHROMIUM.reason}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const start = () =>
    startApp('express', { imports: [MonitorModule.forRoot()], controllers: [CatsController] });
  const openWith = async (answers: Answers, prepare?: (page: Page) => Promise<unknown>) =>
    openStubbed(browser, await start(), answers, {}, prepare);

  it.each([
    [401, /refused this page \(HTTP status 401\)/],
    [403, /refused this page \(HTTP status 403\)/],
    [404, /The history is switched off/],
    [409, /Processes of several hosts/],
  ])('goes on by itself after the history was answered with %i for a moment', async (status, notice) => {
    let isAnswered = false;
    const page = await openWith({ history: () => (isAnswered ? shortHistory() : status) });
    await page.notice(notice);
    // Not what is true of a process without a history only.
    expect(await page.page.getByText('has just started').count()).toBe(0);
    isAnswered = true;
    await page.isLive();
    expect(await page.page.locator('.notice').count()).toBe(0);
  });

  it('asks for the hour that it shows, and not for all that the process keeps', async () => {
    const asked: (string | null)[] = [];
    const page = await openWith({
      history: (query) => {
        asked.push(query.get('last'));
        return shortHistory();
      },
    });
    await page.isLive();
    expect(asked).toEqual(['3600']);
  });

  it('does not call the page asleep when the clock of the browser is set', async () => {
    let reads = 0;
    const history = () => {
      reads++;
      return shortHistory();
    };
    const page = await openWith({ history }, (prepared) => prepared.clock.install());
    await page.isLive();
    await page.page.clock.setSystemTime(Date.now() + 3_600_000);
    await page.page.clock.fastForward(3_000);
    // To the page, the connection looks dead.
    await eventually(() => expect(reads).toBe(2));
    await page.isLive();
    await drawn(page);
    expect(await page.page.locator('.notice').allTextContents()).toEqual([]);
  });

  it.each([
    [502, /has not answered since/],
    [503, /has no room for another live page/],
  ])('says why it was refused a stream of events, with the status %i', async (status, notice) => {
    const running = await start();
    const page = await DashboardPage.open(browser, `${running.url}/monitor`, {}, async (prepared) => {
      // Firefox has it from 124 on, Safari from 17.4 on.
      await prepared.addInitScript('delete AbortSignal.any');
      await prepared.route('**/monitor/events*', (route) => route.fulfill({ status, body: '' }));
    });
    await page.notice(notice);
    expect(await page.page.locator('.notice').count()).toBe(1);
  });

  it('is opened at once by "Try now"', async () => {
    const running = await start();
    let isFull = true;
    const page = await DashboardPage.open(browser, `${running.url}/monitor`, {}, async (prepared) => {
      await prepared.addInitScript(WITHOUT_RETRIES);
      await prepared.route('**/monitor/events*', (route) =>
        isFull ? route.fulfill({ status: 503, body: '' }) : route.continue(),
      );
    });
    await page.notice(/has no room for another live page/);
    isFull = false;
    await page.page.getByRole('button', { name: 'Try now' }).click();
    await page.isLive();
    expect(await page.page.locator('.notice').count()).toBe(0);
  });

  it('is found at an address in other letters, which Express does not distinguish', async () => {
    const running = await start();
    const page = await DashboardPage.open(browser, `${running.url}/monitor/Dashboard`);
    await page.isLive();
  });

  describe('of a page that is hidden', () => {
    it('is closed, and opened again with the history and the findings of now', async () => {
      let findings: Finding[] = [];
      let orders = 1;
      const page = await openWith({
        history: () => historyOf(1, [1], { orders: { value: [orders] } }),
        findings: () => findings,
      });
      await page.isLive();
      await page.section('Your metrics');
      expect([await openStreams(page), (await page.row('orders'))['Now']]).toEqual([1, '1']);
      await hide(page, true);
      expect(await openStreams(page)).toBe(0);
      findings = [findingOf('slow')];
      orders = 2;
      await hide(page, false);
      await eventually(async () => expect((await page.row('orders'))['Now']).toBe('2'));
      await eventually(async () => expect(await page.page.title()).toMatch(/^\(1\) /));
      await page.isLive();
      expect(await openStreams(page)).toBe(1);
    });

    it('reads the findings now and then, for the title', async () => {
      let findings: Finding[] = [];
      const page = await openWith({ history: shortHistory, findings: () => findings }, (prepared) =>
        prepared.clock.install(),
      );
      await page.isLive();
      await hide(page, true);
      findings = [findingOf('slow')];
      await page.page.clock.fastForward('01:00');
      await eventually(async () => expect(await page.page.title()).toMatch(/^\(1\) /));
      expect(await openStreams(page)).toBe(0);
    });

    it('is not called asleep', async () => {
      let [reads, passed] = [0, 0];
      const history = () => {
        reads++;
        return { ...shortHistory(), time: Date.now() + passed };
      };
      const page = await openWith({ history }, (prepared) => prepared.clock.install());
      await page.isLive();
      await hide(page, true);
      passed = 3_600_000;
      await page.page.clock.fastForward('01:00:00');
      expect(reads).toBe(1);
      await hide(page, false);
      await eventually(() => expect(reads).toBe(2));
      await page.isLive();
      await page.page.clock.fastForward(3_000);
      await drawn(page);
      expect(await page.page.locator('.notice').allTextContents()).toEqual([]);
    });

    it('leaves the connections of the browser to the application', async () => {
      const { url } = await start();
      const context = await browser.newContext();
      onTestFinished(() => context.close());
      await context.addInitScript(`Object.defineProperty(document, 'hidden', { value: true })`);
      // As many as a browser opens to one server over HTTP/1.1.
      for (let i = 0; i < 6; i++) {
        const page = await context.newPage();
        const loaded = page.waitForResponse((response) => response.url().includes('/findings'));
        await page.goto(`${url}/monitor`);
        await loaded;
      }
      const page = await context.newPage();
      expect((await page.goto(`${url}/cats`))?.status()).toBe(200);
    });
  });
});
