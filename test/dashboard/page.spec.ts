import { readFile } from 'node:fs/promises';
import { Controller, Get, HttpException, Param, Post } from '@nestjs/common';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import type { Browser } from 'playwright-core';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { HistoryDocument, MetricsSnapshot, MonitorOptions } from '../../src/index.js';
import { MonitorModule, MonitorService } from '../../src/index.js';
import { freePort } from '../support/free-port.js';
import type { AdapterName, TestApp } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { startShopAt } from '../support/shop.js';
import { CHROMIUM, DashboardPage, launch } from './chromium.js';

const HOSTILE = `<img src=x onerror="alert('x')">"'\`$&{{service}}</script><script>alert(2)</script>`;

@Controller()
class CatsController {
  @Get('cats/:id')
  cat(@Param('id') id: string): string {
    if (id === 'broken') throw new HttpException('broken', 500);
    return id;
  }

  @Post('cats')
  adopt(): string {
    return 'adopted';
  }

  @Get('block')
  block(): string {
    const end = performance.now() + 400;
    while (performance.now() < end);
    return 'blocked';
  }

  /** Called in one test alone: V8 may inline into its caller what it has optimized before a profile begins. */
  @Get('spin')
  spin(): string {
    const end = performance.now() + 400;
    while (performance.now() < end);
    return 'spun';
  }

  @MessagePattern('cats.feed')
  feed(): string {
    return 'fed';
  }
}

describe.skipIf(CHROMIUM.isMissing)(`the dashboard in a real Chromium${CHROMIUM.reason}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const start = (options: MonitorOptions = {}, adapter: AdapterName = 'express') =>
    startApp(adapter, { imports: [MonitorModule.forRoot(options)], controllers: [CatsController] });

  const open = (running: TestApp, options?: Parameters<Browser['newPage']>[0]) =>
    DashboardPage.open(browser, `${running.url}/monitor`, options);

  const documentOf = (running: TestApp): Promise<MetricsSnapshot> => running.document('/monitor?reader=test');

  describe.each(ADAPTERS)('with the application on %s', (adapter) => {
    it('opens from /monitor with the history, and follows live values', async () => {
      const running = await start({}, adapter);
      for (let i = 0; i < 4; i++) await running.get('/cats/1');
      await eventually(async () =>
        expect(await running.get('/monitor/history').then((r) => r.text())).toContain('cats'),
      );
      const dashboard = await open(running);
      await dashboard.isLive();
      expect(dashboard.page.url()).toBe(`${running.url}/monitor/dashboard`);
      await dashboard.section('Routes');
      expect((await dashboard.row('/cats/:id'))['Total']).toBe('4');
      await running.get('/cats/2');
      await eventually(async () => expect((await dashboard.row('/cats/:id'))['Total']).toBe('5'));
      dashboard.expectClean(running.url);
    });
  });

  describe('shows numbers that agree with /monitor at that moment', () => {
    it('in the overview', async () => {
      const running = await start();
      const dashboard = await open(running);
      await dashboard.isLive();
      for (let i = 0; i < 15; i++) await running.get('/cats/1');
      for (let i = 0; i < 5; i++) await running.get('/cats/broken');
      await eventually(async () => {
        const { counters, process, gauges, instance } = await documentOf(running);
        const responses = Object.entries(counters).filter(([key]) => key.startsWith('http_responses{'));
        const total = responses.reduce((sum, [, count]) => sum + count, 0);
        const failed = counters['http_responses{class="5xx"}'] ?? 0;
        expect(failed).toBe(5);
        // The page is up to a second behind, and each request of the page or of this test is one more.
        expect(percentIn(await dashboard.tile('Errors'))).toBeCloseTo((failed / total) * 100, -0.5);
        expect(megabytesIn(await dashboard.tile('Memory'))).toBeCloseTo(
          (process.meminfo.rss_bytes ?? 0) / 2 ** 20,
          -1.5,
        );
        expect(await dashboard.chart('Memory')).toContain('heap used: now');
        // The event stream of the page and the read of this test are not those of the application.
        expect(await dashboard.tile('In flight')).toBe('0');
        expect(gauges['http_requests_in_flight']).toBe(0);
        const facts = await dashboard.page.getByRole('list', { name: 'Process' }).textContent();
        expect(facts).toContain(`pid ${instance.pid}`);
        expect(facts).toContain(`Node ${instance.node_version.slice(1)}`);
      });
      dashboard.expectClean(running.url);
    });

    it('of routes', async () => {
      const running = await start();
      const dashboard = await open(running);
      await dashboard.section('Routes');
      const gets = [...Array<string>(8).fill('/cats/1'), ...Array<string>(2).fill('/cats/broken')];
      await Promise.all(gets.map((path) => running.get(path)));
      await running.get('/cats', { method: 'POST' });
      // Read once: each read of a reader starts its next window.
      const { histograms } = await documentOf(running);
      const maxima = ['200', '500'].map(
        (status) =>
          histograms[`http_request_duration{method="GET",route="/cats/:id",status="${status}"}`]?.max ?? NaN,
      );
      await eventually(async () => {
        const row = await dashboard.row('/cats/:id');
        expect(row['Total']).toBe('10');
        // From the rates of steps, which are not exactly a second long where the machine is busy.
        expect(Math.abs(percentIn(row['Errors']) - 20)).toBeLessThan(5);
        expect(secondsIn(row['Max'])).toBeCloseTo(Math.max(...maxima), 3);
        expect((await dashboard.row('POST'))['Total']).toBe('1');
      });
    });

    it('of handlers of messages', async () => {
      const port = await freePort();
      const running = await startApp(
        'express',
        { imports: [MonitorModule.forRoot()], controllers: [CatsController] },
        async (app) => {
          app.connectMicroservice(
            { transport: Transport.TCP, options: { port, host: '127.0.0.1' } },
            { inheritAppConfig: true },
          );
          await app.startAllMicroservices();
        },
      );
      const client = ClientProxyFactory.create({
        transport: Transport.TCP,
        options: { port, host: '127.0.0.1' },
      });
      onTestFinished(() => void client.close());
      for (let i = 0; i < 3; i++) await firstValueFrom(client.send('cats.feed', {}));
      const { counters } = await documentOf(running);
      const calls = Object.entries(counters).filter(([name]) => /^handler_calls\{.*feed/.test(name));
      expect(calls.reduce((sum, [, count]) => sum + count, 0)).toBe(3);
      const dashboard = await open(running);
      await dashboard.section('Handlers and jobs');
      await eventually(async () => expect((await dashboard.row('feed'))['Total']).toBe('3'));
    });

    it('of the event loop, with the function that blocked it', async () => {
      const running = await start({ diagnostics: true });
      // An empty heat map, as for a page that is loaded before the first step of the history.
      const dashboard = await DashboardPage.open(browser, `${running.url}/monitor`, {}, async (prepared) => {
        await prepared.route('**/monitor/history*', async (route) => {
          const history = (await (await route.fetch()).json()) as HistoryDocument;
          const tiers = history.tiers.map((tier) => ({ ...tier, heat: [] }));
          await route.fulfill({ json: { ...history, tiers } });
        });
      });
      await dashboard.section('Event loop');
      await running.get('/block');
      await dashboard.page.getByRole('columnheader', { name: 'Duration' }).getByRole('button').click();
      await eventually(async () => {
        // A busy machine may cause further, shorter blocks.
        const blocks = (await documentOf(running)).eventloop_blocks;
        const block = blocks.toSorted((one, other) => other.duration - one.duration)[0];
        expect(block).toBeDefined();
        const row = await dashboard.row(`${((block?.duration ?? 0) * 1000).toFixed(0)} ms`);
        expect(secondsIn(row['Duration'])).toBeCloseTo(block?.duration ?? 0, 3);
        // The file of a function may be known where its line is not.
        const place = [block?.file ?? '–', block?.line ?? undefined].filter((part) => part !== undefined);
        expect([row['Where'], row['Cause']]).toEqual([place.join(':'), block?.cause]);
        expect(await dashboard.chart('Delay of the event loop')).toMatch(/at most (500 ms|\d s)/);
      });
    });

    it('of the memory', async () => {
      const running = await start();
      const dashboard = await open(running);
      await dashboard.section('Memory');
      await eventually(async () => {
        const { gauges } = await documentOf(running);
        const used = /used: now ([\d.]+ \wB)/.exec(await dashboard.chart('Heap'))?.[1];
        expect(megabytesIn(used)).toBeCloseTo((gauges['heap_used_bytes'] ?? 0) / 2 ** 20, -1.5);
      });
    });

    it('of your own metrics, whatever their names and labels are', async () => {
      const running = await start();
      const monitor = running.app.get(MonitorService);
      const dashboard = await open(running);
      await dashboard.section('Your metrics');
      await dashboard.page.getByText('has no metric of its own yet').waitFor();
      monitor.count('orders', 1234, { kind: HOSTILE });
      monitor.kv('queue_length', 17);
      for (const size of [1, 2, 3]) monitor.observe('order_size', size);
      await eventually(async () => {
        expect((await dashboard.row('queue_length'))['Now']).toBe('17');
        expect((await dashboard.row('order_size'))['Now']).toBe('3');
      });
      const row = await dashboard.row('orders{');
      expect(row['Now']).toBe('1.23 k');
      const keys = Object.keys((await documentOf(running)).counters);
      expect(keys).toContain(row['Name']);
      expect(row['Name']).toContain('<img src=x onerror=');
      await dashboard.page.getByRole('button', { name: 'orders{' }).click();
      await dashboard.page.locator('figure h3', { hasText: '<img src=x' }).waitFor();
      expect(await dashboard.page.locator('main img, main script').count()).toBe(0);
      dashboard.expectClean(running.url);
    });

    it('of a profile, as a flame graph and as a file', async () => {
      const running = await start({ diagnostics: true });
      const dashboard = await open(running);
      await dashboard.section('Profile');
      await dashboard.page.getByLabel('Seconds').fill('3');
      await dashboard.page.getByRole('button', { name: 'Profile the CPU' }).click();
      await eventually(async () => {
        const text = await (await running.get('/monitor/prometheus')).text();
        expect(text).toMatch(/^monitor_profile_start_seconds_count\{.*\} 1$/m);
      });
      const tree = dashboard.page.getByRole('tree', { name: 'Flame graph' });
      let isShown = false;
      const work = (async () => {
        while (!isShown) await running.get('/spin');
      })();
      await tree.waitFor();
      isShown = true;
      await work;
      await tree.getByRole('treeitem', { name: 'spin' }).first().waitFor();
      const [download] = await Promise.all([
        dashboard.page.waitForEvent('download'),
        dashboard.page.getByRole('link', { name: /^Download profile-.*\.cpuprofile$/ }).click(),
      ]);
      const profile = JSON.parse(await readFile(await download.path(), 'utf8')) as { nodes: unknown[] };
      expect(profile.nodes.length).toBeGreaterThan(1);
      dashboard.expectClean(running.url);
    });
  });

  it('says how to switch on a section that is off', async () => {
    const running = await start();
    const dashboard = await open(running);
    await dashboard.section('Event loop');
    await dashboard.page.getByText('switch the diagnostics on').waitFor();
    await dashboard.section('Profile');
    await dashboard.page.getByText('Profiles are off.').waitFor();
  });

  it('can be paused: all sections stand still until it is resumed', async () => {
    const running = await start();
    const monitor = running.app.get(MonitorService);
    monitor.count('orders');
    const dashboard = await open(running);
    await dashboard.section('Your metrics');
    await eventually(async () => expect((await dashboard.row('orders'))['Now']).toBe('1'));
    await dashboard.page.getByRole('button', { name: 'Pause' }).click();
    await dashboard.notice(/^Paused at/);
    monitor.count('orders');
    const steps = stepsAfter(running);
    await steps(2);
    await dashboard.page.getByRole('button', { name: '5 min', exact: true }).click();
    expect((await dashboard.row('orders'))['Now']).toBe('1');
    await dashboard.page.getByRole('button', { name: 'Resume' }).click();
    await eventually(async () => expect((await dashboard.row('orders'))['Now']).toBe('2'));
  });

  it('can be zoomed in all charts at once, and shows another range', async () => {
    const running = await start();
    const dashboard = await open(running);
    await dashboard.isLive();
    await stepsAfter(running)(5);
    const over = dashboard.page.locator('.u-over').first();
    const box = await over.boundingBox();
    if (box === null) throw new Error('The chart is not on the screen.');
    await dashboard.page.mouse.move(box.x + box.width * 0.3, box.y + 50);
    await dashboard.page.mouse.down();
    await dashboard.page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
    await dashboard.page.mouse.up();
    const resets = dashboard.page.getByRole('button', { name: 'Reset zoom' });
    await resets.first().waitFor();
    expect(await resets.count()).toBe(await dashboard.page.locator('.charts figure').count());
    await resets.first().click();
    await resets.first().waitFor({ state: 'detached' });
    for (const range of ['5 min', '1 h', '15 min']) {
      const button = dashboard.page.getByRole('button', { name: range, exact: true });
      await button.click();
      expect(await button.getAttribute('aria-pressed')).toBe('true');
      expect(await dashboard.chart('Requests')).toContain('2xx: now');
    }
    dashboard.expectClean(running.url);
  });

  it('says when the history begins if the process is younger than the range', async () => {
    const running = await start();
    const dashboard = await open(running);
    await dashboard.page
      .getByText(/The history begins at [\d:]+, so there is less than 15 min of it\./)
      .waitFor();
  });

  it('says that access was denied, and goes on when it is granted', async () => {
    let isOpen = true;
    const running = await start({
      requestFilter: (request) => isOpen || !/history|events/.test(request.url ?? ''),
    });
    isOpen = false;
    const dashboard = await open(running);
    await dashboard.notice(/refused this page \(HTTP status 403\)/);
    isOpen = true;
    await dashboard.page.getByRole('button', { name: 'Try again' }).click();
    await dashboard.isLive();
    expect(await dashboard.page.locator('.notice').count()).toBe(0);
  });

  it('says that the history is off in a process that has none, such as one restarted with history: false', async () => {
    const running = await start();
    const dashboard = await DashboardPage.open(browser, `${running.url}/monitor`, {}, async (page) => {
      await page.route(/\/monitor\/(history|events|findings)/, (route) => route.fulfill({ status: 404 }));
    });
    await dashboard.notice('The history is switched off');
  });

  it('says that the process has no room for another live page, shows its numbers, and is live when there is room', async () => {
    const running = await start();
    const aborter = new AbortController();
    onTestFinished(() => aborter.abort());
    const streams = Array.from({ length: 50 }, () =>
      running.get('/monitor/events', { signal: aborter.signal }),
    );
    for (const stream of streams) expect((await stream).status).toBe(200);
    const dashboard = await open(running);
    await dashboard.notice('no room for another live page');
    // An application that has just started has no step yet: the page reads the history again.
    await eventually(async () => expect(await dashboard.tile('Memory')).toMatch(/MB$/));
    aborter.abort();
    await dashboard.isLive();
  });

  it('says that there is a gap after the computer has slept for an hour, and goes on', async () => {
    const running = await start();
    const monitor = running.app.get(MonitorService);
    let slept = 0;
    const dashboard = await DashboardPage.open(browser, `${running.url}/monitor`, {}, async (page) => {
      await page.clock.install();
      await page.route('**/monitor/history*', async (route) => {
        const history = (await (await route.fetch()).json()) as HistoryDocument;
        await route.fulfill({ json: { ...history, time: history.time + slept } });
      });
    });
    await dashboard.isLive();
    await dashboard.section('Your metrics');
    slept = 3_600_000;
    // As if the lid was closed: timers that were due in the meantime fire once, at its end.
    await dashboard.page.clock.fastForward('01:00:00');
    await dashboard.notice(/was asleep from [\d:]+ to [\d:]+ \((59 min.*|1 h.*)\)/);
    monitor.count('after_sleep', 3);
    await eventually(async () => expect((await dashboard.row('after_sleep'))['Now']).toBe('3'));
    await dashboard.page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await dashboard.page.locator('.notice').count()).toBe(0);
  });

  it('says that the connection was lost, and that the process was replaced by another', async () => {
    const port = await freePort();
    const first = await startShopAt(port);
    const dashboard = await DashboardPage.open(browser, `${first.url}/monitor`);
    await dashboard.isLive();
    await first.kill();
    await dashboard.notice(/has not answered since [\d:]+\./);
    const second = await startShopAt(port);
    await dashboard.notice('The process was replaced by another one');
    await dashboard.isLive();
    const { instance } = (await (await fetch(`${second.url}/monitor`)).json()) as MetricsSnapshot;
    expect(await dashboard.page.getByRole('list', { name: 'Process' }).textContent()).toContain(
      `pid ${instance.pid}`,
    );
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
    it('has no accessibility violations that axe finds', async () => {
      const running = await start({ diagnostics: true });
      running.app.get(MonitorService).count('orders', 1, { kind: 'gift' });
      await running.get('/block');
      const dashboard = await open(running, { colorScheme, reducedMotion: 'reduce' });
      await dashboard.isLive();
      for (const title of await dashboard.sections()) {
        await dashboard.section(title);
        expect(await dashboard.barriers(), title).toEqual([]);
      }
    });

    it('fits a screen of 360 pixels, in every section', async () => {
      const running = await start({ diagnostics: true });
      running.app
        .get(MonitorService)
        .count('orders_with_a_very_long_name_that_does_not_fit', 1, { kind: 'gift' });
      await running.get('/block');
      const dashboard = await open(running, { colorScheme, viewport: { width: 360, height: 740 } });
      await dashboard.isLive();
      for (const title of await dashboard.sections()) {
        await dashboard.section(title);
        expect(await dashboard.isTooWide(), title).toBe(false);
      }
    });
  });

  it('can be used by keyboard alone', async () => {
    const running = await start();
    await running.get('/cats/1');
    await running.get('/cats', { method: 'POST' });
    const dashboard = await open(running);
    await dashboard.isLive();
    const { page } = dashboard;
    const focused = () =>
      page.evaluate('document.activeElement.textContent + "|" + document.activeElement.id');
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/^Skip to the content/);
    await page.keyboard.press('Enter');
    expect(await focused()).toMatch(/\|main$/);
    await page.getByRole('link', { name: 'Routes' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.data').waitFor();
    await page.getByRole('columnheader', { name: 'Route' }).getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('columnheader', { name: 'Route' }).getAttribute('aria-sort')).not.toBe(
      'none',
    );
    const row = page.getByRole('button', { name: '/cats/:id' });
    await row.focus();
    await page.keyboard.press('Space');
    expect(await row.getAttribute('aria-expanded')).toBe('true');
    await page.locator('figure h3', { hasText: 'GET /cats/:id' }).waitFor();
  });

  it('keeps the theme that was chosen', async () => {
    const running = await start();
    const dashboard = await open(running, { colorScheme: 'light' });
    const theme = () => dashboard.page.evaluate('document.documentElement.dataset.theme');
    await dashboard.page.getByRole('button', { name: 'Use the dark theme' }).click();
    expect(await theme()).toBe('dark');
    await dashboard.page.reload();
    await dashboard.isLive();
    expect(await theme()).toBe('dark');
  });
});

/** Waits for this many further steps of the history. */
function stepsAfter(running: TestApp): (count: number) => Promise<void> {
  return async (count) => {
    const aborter = new AbortController();
    const { body } = await running.get('/monitor/events', { signal: aborter.signal });
    let seen = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      seen += chunk;
      if (seen.split('event: step').length > count) break;
    }
    aborter.abort();
  };
}

function percentIn(text = ''): number {
  return Number(/^([\d.]+) %$/.exec(text)?.[1]);
}

function megabytesIn(text = ''): number {
  return Number(/^([\d.]+) MB$/.exec(text)?.[1]);
}

function secondsIn(text = ''): number {
  const [, number, unit = ''] = /^([\d.]+) (µs|ms|s)$/.exec(text) ?? [];
  return Number(number) * ({ µs: 1e-6, ms: 1e-3, s: 1 }[unit] ?? NaN);
}
