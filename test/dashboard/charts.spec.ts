import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryDocument, Step } from '../../src/history/history-document.js';
import { MonitorModule } from '../../src/index.js';
import { startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { CHROMIUM, launch } from './chromium.js';
import type { Answers, Columns } from './stubbed-page.js';
import { activityOf, emit, findingOf, historyOf, openStubbed, stepOf } from './stubbed-page.js';

const CULPRIT = {
  cause: 'javascript' as const,
  function: 'sumUp',
  file: 'sales.js',
  line: 7,
  confidence: 1,
  frames: [],
  in_flight: [],
};

describe.skipIf(CHROMIUM.isMissing)(`the charts and tables of the dashboard${CHROMIUM.reason}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** The page with a history of these series in steps of one length, to which no steps are added. */
  const openWith = async (
    step: Step,
    seconds: readonly (number | null)[],
    columns: Record<string, Columns>,
    { processes, ...answers }: Partial<Answers> & Pick<HistoryDocument, 'processes'> = {},
    options: Parameters<Browser['newPage']>[0] = {},
  ) => {
    const running = await startApp('express', { imports: [MonitorModule.forRoot()] });
    const history = () => ({
      ...historyOf(step, seconds, columns),
      ...(processes !== undefined && { processes }),
    });
    return openStubbed(browser, running, { history, ...answers }, options);
  };

  it('shows the mean of each step of CPU and event loop, and not the last second of it', async () => {
    const always = (value: number) => Array<number>(12).fill(value);
    const page = await openWith(10, always(10), {
      eventloop_utilization: { value: always(0.001) },
      'process.cpu.percent': { value: always(0.1) },
      'eventloop_time{state="active"}': { rate: always(0.25) },
      'eventloop_time{state="idle"}': { rate: always(0.75) },
      'process.cpu.user_time': { rate: always(0.5) },
      'process.cpu.system_time': { rate: always(0.125) },
    });
    await page.page.getByRole('button', { name: '1 h' }).click();
    await eventually(async () =>
      expect(await page.chart('CPU and event loop')).toMatch(/CPU: now 62\.5 %.*loop utilization: now 25 %/),
    );
    await page.section('Event loop');
    expect(await page.chart('Utilization')).toContain('utilization: now 25 %');
  });

  it('weighs each step by how long it took, such as one of four seconds after a block of the event loop', async () => {
    const page = await openWith(1, [1, null, null, null, 4], {
      'http_responses{class="2xx"}': { rate: [10, null, null, null, 1] },
      'http_responses{class="5xx"}': { rate: [null, null, null, null, 1] },
    });
    // 14 responses without an error and 4 with one, in 5 seconds.
    await eventually(async () => expect(await page.tile('Errors')).toContain('22.2 %'));
    expect(await page.tile('Requests')).toContain('3.6');
  });

  it('has the median of a route also where one of its statuses did not occur in the range', async () => {
    const of = (status: number) => `{method="GET",route="/cats/:id",status="${status}"}`;
    const page = await openWith(1, [1, 1], {
      [`http_requests${of(500)}`]: { rate: [0, 0] },
      [`http_requests${of(200)}`]: { rate: [3, 1] },
      [`http_request_duration${of(500)}`]: { count: [0, 0] },
      [`http_request_duration${of(200)}`]: { count: [3, 1], p50: [0.2, 0.7] },
    });
    await page.page.getByRole('button', { name: '5 min', exact: true }).click();
    await page.section('Routes');
    await eventually(async () =>
      expect(await page.row('/cats/:id')).toMatchObject({ p50: '200 ms', Rate: '2/s' }),
    );
  });

  it('draws values below zero', async () => {
    const page = await openWith(1, [1, 1, 1], {
      temperature: { value: [-12, -14, -11], min: [-12, -14, -11], max: [-12, -14, -11] },
    });
    await page.page.getByRole('button', { name: '5 min', exact: true }).click();
    await page.section('Your metrics');
    await page.page.getByRole('button', { name: 'temperature' }).click();
    await eventually(async () => expect(await page.colouredPixels('temperature')).toBeGreaterThan(50));
  });

  it('draws a value without a neighbour', async () => {
    const isolated = (value: number) => [null, value, null, null, value / 2, null];
    const page = await openWith(10, Array<number>(6).fill(10), {
      http_request_duration: { p50: isolated(0.1), p99: isolated(0.2), max: isolated(0.3) },
    });
    await eventually(async () =>
      expect(await page.colouredPixels('Duration of requests')).toBeGreaterThan(30),
    );
    const line = page.page.locator('.tile', { hasText: 'Duration p99' }).locator('path');
    // A line from a point to itself is a dot, if it has round ends.
    expect(await line.getAttribute('d')).toMatch(/^M([\d.]+ [\d.]+)L\1M([\d.]+ [\d.]+)L\2$/);
    const cap = `getComputedStyle(document.querySelector('.sparkline path')).strokeLinecap`;
    expect(await page.page.evaluate(cap)).toBe('round');
  });

  it('shows no current value of a gauge that has lost it', async () => {
    const page = await openWith(1, [1], { queue: { value: [5] }, other: { value: [1] } });
    await page.isLive();
    await page.section('Your metrics');
    expect((await page.row('queue'))['Now']).toBe('5');
    const time = Date.now();
    await emit(page, 'step', stepOf(1001, time + 1000, [[1, 'value', 2]]));
    await eventually(async () => expect((await page.row('other'))['Now']).toBe('2'));
    expect((await page.row('queue'))['Now']).toBe('–');
    // The same step again, because a process was late.
    await emit(
      page,
      'step',
      stepOf(1001, time + 1000, [
        [0, 'value', 3],
        [1, 'value', 2],
      ]),
    );
    await eventually(async () => expect((await page.row('queue'))['Now']).toBe('3'));
  });

  it('stays as it is when a part is chosen that has no step', async () => {
    const page = await openWith(1, Array<number>(60).fill(1), {
      'http_responses{class="2xx"}': { rate: Array(60).fill(3) },
    });
    await page.isLive();
    const drag = async (from: number, to: number) => {
      const box = await page.page.locator('.u-over').first().boundingBox();
      if (box === null) throw new Error('The chart is not on the screen.');
      await page.page.mouse.move(box.x + box.width * from, box.y + 50);
      await page.page.mouse.down();
      await page.page.mouse.move(box.x + box.width * to, box.y + 50, { steps: 4 });
      await page.page.mouse.up();
    };
    // First a few steps, then the space between two of them.
    await drag(0.5, 0.55);
    await page.page.getByRole('button', { name: 'Reset zoom' }).first().waitFor();
    expect(await page.chart('Requests')).toContain('2xx: now 3/s');
    await drag(0.05, 0.15);
    await drag(0.4, 0.45);
    await drag(0.4, 0.45);
    expect(await page.chart('Requests')).toContain('2xx: now 3/s');
  });

  describe('of a table', () => {
    it('keeps the column by which it is sorted when another one is inserted', async () => {
      let isMerged = false;
      const block = (duration: number, seconds: number) => ({
        time: new Date(1_769_904_000_000 + seconds * 1000).toISOString(),
        duration,
        elapsed: duration,
        ...(isMerged && { process: 11 }),
        ...CULPRIT,
      });
      const page = await openWith(
        1,
        [1],
        {},
        {
          features: 'blocks',
          blocks: () => (isMerged ? [block(0.3, 1), block(0.1, 3), block(0.2, 2)] : [block(0.3, 1)]),
        },
      );
      await page.section('Event loop');
      await page.page.getByRole('columnheader', { name: 'Time' }).waitFor();
      isMerged = true;
      await page.page.getByRole('columnheader', { name: 'Process' }).waitFor();
      const durations = page.page.locator('.data > tbody > tr > td:nth-child(4)');
      expect(await durations.allTextContents()).toEqual(['100 ms', '200 ms', '300 ms']);
      expect(await page.page.locator('th[aria-sort="descending"]').allTextContents()).toEqual(['Time']);
    });

    it('of blocks tells how long one took by the clock, where the process did not get the CPU', async () => {
      const block = (duration: number, elapsed: number) => ({
        time: new Date(1_769_904_000_000 + duration * 1000).toISOString(),
        duration,
        elapsed,
        ...CULPRIT,
      });
      const blocks = () => [block(2, 8), block(1, 1.2)];
      const page = await openWith(1, [1], {}, { features: 'blocks', blocks });
      await page.section('Event loop');
      const told: (string | undefined)[] = [];
      for (const at of [0, 1]) {
        // The details of one block close those of another.
        await page.page.getByRole('button', { name: 'sumUp' }).nth(at).click();
        told.push(/It took.*/.exec((await page.page.locator('.block-detail').textContent()) ?? '')?.[0]);
      }
      expect(told).toEqual(['It took 8 s: the process did not get the CPU all the time.', undefined]);
    });

    it('keeps its search box as long as it has a search', async () => {
      const names = ['orders', 'carts', 'gc_major', 'gc_minor'];
      const page = await openWith(1, [1], Object.fromEntries(names.map((name) => [name, { value: [1] }])));
      await page.section('Your metrics');
      await page.page.getByLabel('Show the built-in metrics too').check();
      const rows = page.page.locator('.data > tbody > tr');
      await page.page.getByRole('searchbox').fill('gc');
      await eventually(async () => expect(await rows.count()).toBe(2));
      await page.page.getByLabel('Show the built-in metrics too').uncheck();
      await page.page.getByText('No row matches the search.').waitFor();
      await page.page.getByRole('searchbox').fill('');
      await eventually(async () => expect(await rows.count()).toBe(2));
      expect(await page.page.getByRole('searchbox').count()).toBe(0);
    });

    it('has rows without a value last, in both orders', async () => {
      const page = await openWith(1, [1], {
        unknown: { value: [null] },
        one: { value: [1] },
        two: { value: [2] },
        missing: { value: [null] },
      });
      await page.section('Your metrics');
      const sort = page.page.getByRole('columnheader', { name: 'Now' }).getByRole('button');
      const names = page.page.locator('.data > tbody > tr > td:first-child');
      await sort.click();
      await eventually(async () =>
        expect(await names.allTextContents()).toEqual(['two', 'one', 'unknown', 'missing']),
      );
      await sort.click();
      await eventually(async () =>
        expect(await names.allTextContents()).toEqual(['one', 'two', 'unknown', 'missing']),
      );
    });
  });

  describe('fits a screen of 360 pixels', () => {
    const NARROW = { viewport: { width: 360, height: 740 } };
    const HOST = 'orders-service-production-deployment-7d9c5b6f8d-x2x4z';
    const ROUTE =
      '/api/v1/organizations/:organizationId/projects/:projectId/environments/:environmentId/deploys';

    it('with processes of hosts with long names', async () => {
      const processes = ['a', 'b'].map((end) => activityOf(1, { hostname: HOST + end }));
      const page = await openWith(1, [1], {}, { processes }, NARROW);
      await page.isLive();
      await page.page.getByRole('combobox', { name: 'Process' }).waitFor();
      expect(await page.isTooWide()).toBe(false);
    });

    it('with a finding about a long route', async () => {
      const series = `http_requests{method="GET",route="${ROUTE}",status="500"} rate`;
      const title = `41 % of the requests to GET ${ROUTE} fail.`;
      const finding = findingOf('failing-route', { title, evidence: [{ series, value: 1 }] });
      const page = await openWith(1, [1], {}, { findings: () => [finding] }, NARROW);
      await page.page.locator('.finding').waitFor();
      expect(await page.isTooWide()).toBe(false);
      await page.page.locator('.finding summary').click();
      await page.page.locator('.evidence').waitFor();
      expect(await page.isTooWide()).toBe(false);
    });

    it('with a service that has a long name', async () => {
      const service = 'organisation_platform_order_management_and_fulfilment_service';
      const page = await openWith(1, [1], {}, { service }, NARROW);
      await page.page.getByRole('heading', { level: 1, name: service }).waitFor();
      expect(await page.isTooWide()).toBe(false);
    });
  });
});
