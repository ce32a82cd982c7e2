import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { HistoryDocument, MetricsSnapshot } from '../../src/index.js';
import { CHROMIUM, DashboardPage, launch } from '../dashboard/chromium.js';
import { noContainers, startContainer } from '../support/containers.js';
import { eventually } from '../support/eventually.js';

const hosts = ['web-1', 'web-2'];

/** Starts a container on each host. They share a directory. */
function startBoth(): Promise<number[]> {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const options = { processes: { group: 'shop', directory } };
  return Promise.all(hosts.map((host) => startContainer(host, options)));
}

async function get(port: number, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

async function read<T>(port: number, path: string): Promise<T> {
  const { status, text } = await get(port, path);
  expect(status, text).toBe(200);
  return JSON.parse(text) as T;
}

it('containers that share a volume are processes of their own, though each is pid 1: in the document, in Prometheus, in the history', async ({
  skip,
}) => {
  const reason = noContainers();
  if (reason !== undefined) return skip(reason);
  const ports = await startBoth();
  const counts = [3, 40];
  for (const [at, port] of ports.entries()) await get(port, `/work?count=${counts[at]}`);

  for (const port of ports) {
    const all = await eventually(async () => {
      const document = await read<MetricsSnapshot>(port, '/monitor');
      expect(document.processes?.map(({ state }) => state)).toEqual(['ok', 'ok']);
      return document;
    });
    expect(all.counters.work).toBe(43);
    expect(all.processes?.map(({ hostname }) => hostname).toSorted()).toEqual(hosts);

    // Of each one, through this one.
    let sum = 0;
    for (const [at, host] of hosts.entries()) {
      const query = `?process=${host}:1`;
      const one = await read<MetricsSnapshot>(port, `/monitor${query}`);
      expect(one).toMatchObject({
        counters: { work: counts[at] },
        instance: { pid: 1, hostname: host },
        processes: [{ pid: 1, hostname: host }],
      });
      const own = await read<HistoryDocument>(port, `/monitor/history${query}`);
      expect(own.instance).toMatchObject({ pid: 1, hostname: host });
      sum += one.process.num_fds ?? 0;
    }
    // Descriptors change a little between the reads: far less than one process has.
    const descriptors = [all.process.num_fds ?? 0];
    const { text } = await get(port, '/monitor/prometheus');
    descriptors.push(Number(/^process_open_fds (\d+)$/m.exec(text)?.[1]));
    for (const one of descriptors) {
      expect(one).toBeGreaterThan(sum * 0.75);
      expect(one).toBeLessThan(sum * 1.25);
    }

    for (const path of ['/monitor', '/monitor/prometheus', '/monitor/history', '/monitor/findings']) {
      const { status, text: names } = await get(port, `${path}?process=1`);
      expect(status).toBe(409);
      expect(names).toContain('?process=web-1:1, ?process=web-2:1');
      expect((await get(port, `${path}?process=web-3:1`)).status).toBe(404);
    }
  }

  await eventually(async () => {
    const query = '?series=process.meminfo.rss_bytes';
    const { latest, processes } = await read<HistoryDocument>(ports[0]!, `/monitor/history${query}`);
    expect(processes?.map(({ hostname }) => hostname)).toEqual(hosts);
    const each = processes?.map(({ memory }) => memory ?? 0) ?? [];
    expect(Math.min(...each)).toBeGreaterThan(0);
    expect(latest).toEqual([each.reduce((sum, memory) => sum + memory, 0)]);
  });
});

it.skipIf(CHROMIUM.isMissing)(
  `the page shows each of two containers by itself, by its host and pid${CHROMIUM.reason}`,
  async ({ skip }) => {
    const reason = noContainers();
    if (reason !== undefined) return skip(reason);
    const [[port], browser] = await Promise.all([startBoth(), launch()]);
    onTestFinished(() => browser.close());
    const dashboard = await DashboardPage.open(browser, `http://127.0.0.1:${port}/monitor`);
    const { page } = dashboard;
    for (const host of hosts) {
      await dashboard.section('Processes');
      await page.getByRole('button', { name: `${host}:1`, exact: true }).click();
      const facts = page.getByRole('list', { name: 'Process' });
      await facts.getByText(host).waitFor();
      await facts.getByText('pid 1').waitFor();
      await dashboard.isLive();
      // The choice is in the address.
      await page.reload();
      await facts.getByText(host).waitFor();
      const select = page.getByRole('combobox', { name: 'Process' });
      await eventually(async () => expect(await select.locator('option').count()).toBe(3));
      expect(await select.inputValue()).toBe(`${host}:1`);
      await select.selectOption({ index: 0 });
    }
    expect(dashboard.problems).toEqual([]);
    await page.goto(`http://127.0.0.1:${port}/monitor/dashboard?process=1`);
    await page.getByText('Processes of several hosts have the id 1').waitFor();
    await page.getByRole('button', { name: 'Show all processes' }).click();
    await dashboard.isLive();
  },
);
