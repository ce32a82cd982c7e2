import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { MetricsSnapshot } from '../src/index.js';
import { BLOCKED_FOR } from './support/block-message.js';
import { eventually } from './support/eventually.js';
import { present } from './support/present.js';

const LIBRARY = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const MAIN = fileURLToPath(new URL('../sample-app/dist/main.js', import.meta.url));

beforeAll(() => {
  for (const file of [LIBRARY, MAIN]) {
    if (!existsSync(file)) {
      throw new Error(`${file} is missing: run "npm run build && npm run build:sample" first`);
    }
  }
});

/** How a process ended, and its whole output. */
interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string[];
  stderr: string[];
}

interface Started {
  child: ChildProcess;
  /** Settles with the first line of its stdout. */
  spoke: Promise<unknown>;
  /** The lines of its stdout so far. */
  stdout: string[];
  /** The lines of its stderr so far. */
  stderr: string[];
  ended: Promise<Ending>;
}

interface Shop extends Started {
  url: string;
  monitor: string;
  get(path: string): Promise<Response>;
  post(path: string, body?: unknown): Promise<Response>;
  document(): Promise<MetricsSnapshot>;
}

/** Starts the built sample app as a user does. It is killed at the end of the test, even if that fails. */
function start(environment: NodeJS.ProcessEnv): Started {
  const child = spawn(process.execPath, [MAIN], {
    // Without the settings of the test runner, which add output or colors to a Node process.
    env: { ...process.env, NODE_OPTIONS: undefined, FORCE_COLOR: undefined, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const spoken = createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const spoke = once(spoken, 'line');
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }) as Ending);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, spoke, stdout, stderr, ended };
}

/** A shop that is open. */
async function openShop(environment: NodeJS.ProcessEnv = { TRAFFIC: 'off' }): Promise<Shop> {
  const started = start({ PORT: '0', ...environment });
  const { spoke, ended, stdout, stderr } = started;
  await Promise.race([spoke, ended]);
  const monitor = /http:\S+\/monitor/.exec(stdout.join('\n'))?.[0];
  if (monitor === undefined) {
    throw new Error(`the shop did not say where its monitor is:\n${[...stdout, ...stderr].join('\n')}`);
  }
  const { origin: url } = new URL(monitor);
  return {
    ...started,
    url,
    monitor,
    get: (path) => fetch(url + path),
    post: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    document: async () => (await (await fetch(monitor)).json()) as MetricsSnapshot,
  };
}

function sumOf(counters: Readonly<Record<string, number>>, series: RegExp): number {
  return Object.entries(counters).reduce((sum, [name, value]) => (series.test(name) ? sum + value : sum), 0);
}

describe('the sample app', () => {
  it('says in one line where its monitor is, and serves it there and under localhost', async () => {
    const shop = await openShop();
    expect(shop.stdout).toEqual([
      `The shop is open at ${shop.url}/products, its monitor at ${shop.url}/monitor`,
    ]);
    for (const address of [shop.monitor, shop.monitor.replace('127.0.0.1', 'localhost')]) {
      const response = await fetch(address);
      expect(response.status).toBe(200);
      expect(await response.json()).toHaveProperty('counters.requests');
    }
  });

  it('counts all its requests, with every outcome', async () => {
    const shop = await openShop();
    const answers = [
      await shop.get('/products'),
      await shop.get('/products/1'),
      await shop.get('/products/999'),
      await shop.get('/products/teapot'),
      await shop.get('/no/such/page'),
      await shop.get('/orders/1'),
      await shop.post('/orders/1/refund'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 400, 404, 404, 404]);
    const { counters } = await shop.document();
    expect(counters).toMatchObject({ requests: 8, localhost_requests: 8, private_requests: 8 });
  });

  it('counts its orders and their revenue, and no rejected order', async () => {
    const shop = await openShop();
    const accepted = [
      await shop.post('/orders', { productId: 1, quantity: 2 }),
      await shop.post('/orders', { productId: 2, quantity: 1 }),
    ];
    const totals = await Promise.all(
      accepted.map(async (response) => ((await response.json()) as { totalInCents: number }).totalInCents),
    );
    const refused = [
      await shop.post('/orders', undefined),
      await shop.post('/orders', []),
      await shop.post('/orders', { productId: 1 }),
      await shop.post('/orders', { productId: 1, quantity: 0 }),
      await shop.post('/orders', { productId: 1, quantity: 1.5 }),
      await shop.post('/orders', { productId: '1', quantity: 1 }),
      await shop.post('/orders', { productId: 999, quantity: 1 }),
    ];
    expect(accepted.map(({ status }) => status)).toEqual([201, 201]);
    const revenue = totals.reduce((sum, total) => sum + total);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 400));
    const { counters, histograms } = await shop.document();
    expect(counters).toMatchObject({ orders: 2, revenue_cents: revenue });
    expect(histograms.order_total_cents).toMatchObject({
      count: 2,
      sum: revenue,
      max: Math.max(...totals),
    });
    const sold = Object.entries(counters).filter(([name]) => name.startsWith('sold_units{product='));
    expect(sold.map(([, units]) => units).toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(counters.requests).toBe(accepted.length + refused.length + 1);
  });

  it('ships its orders in the background, and has the highest queue length after the queue is empty', async () => {
    const shop = await openShop();
    await shop.post('/orders', { productId: 1, quantity: 1 });
    const status = async () => ((await (await shop.get('/orders/1')).json()) as { status: string }).status;
    await expect.poll(status, { timeout: 60_000 }).toBe('shipped');
    const { counters, gauges, max_gauges, min_gauges } = await shop.document();
    expect(counters.shipped_orders).toBe(1);
    expect(gauges.queue_length).toBe(0);
    expect(max_gauges.queue_length).toBe(1);
    expect(min_gauges.queue_length).toBe(0);
  });

  it('counts the refunds that fail, and the requests for them', async () => {
    const shop = await openShop();
    await shop.post('/orders', { productId: 1, quantity: 1 });
    for (let i = 0; i < 3; i++) expect((await shop.post('/orders/1/refund')).status).toBe(500);
    expect((await shop.document()).counters).toMatchObject({ failed_refunds: 3, requests: 5 });
    expect(shop.stderr).toEqual([]);
  });

  it('shows that its report blocks the event loop', async () => {
    const shop = await openShop();
    const before = await shop.document();
    expect((await shop.get('/reports/sales')).status).toBe(200);
    const after = await shop.document();
    // The report computes for 300 ms. A late tick of the measuring timer may come after this read; the delay does not.
    expect(after.histograms.eventloop_delay?.max).toBeGreaterThan(0.2);
    expect(
      present(after.counters.callback_duration) - present(before.counters.callback_duration),
    ).toBeGreaterThan(0.2);
    expect(after.histograms.sales_report_seconds?.count).toBe(1);
    expect(after.histograms.sales_report_seconds?.min).toBeGreaterThan(0.3);
  });

  it('names the function of its report that blocks the event loop, in the log and in the document', async () => {
    const shop = await openShop();
    const blockOfReport = async () => {
      const start = Date.now() - 100;
      expect((await shop.get('/reports/sales')).status).toBe(200);
      return eventually(async () => {
        const { eventloop_blocks: blocks } = await shop.document();
        const found = blocks.find(({ duration, time }) => duration > 0.2 && Date.parse(time) > start);
        return present(found);
      });
    };
    // On a busy machine, the watchdog may not run during a block: then it does not know the function.
    let block = await blockOfReport();
    for (let i = 0; i < 9 && block.function === null; i++) block = await blockOfReport();
    const line = [...shop.stdout, ...shop.stderr].find((text) => /was blocked .*forecast/.test(text));
    expect(line).toMatch(
      new RegExp(
        `${BLOCKED_FOR} by \`forecast\` \\(.*reports\\.service\\.ts:\\d+\\)(?:, in \`[\\w.]+\`,)? during .*\`GET /reports/sales\`.*\\.$`,
      ),
    );
    expect(block).toMatchObject({
      cause: 'javascript',
      function: 'forecast',
      file: 'sample-app/src/reports/reports.service.ts',
    });
    // A request of the restock job may have waited too.
    expect(block.in_flight).toContainEqual({ kind: 'http', name: 'GET /reports/sales', count: 1 });
  });

  it('generates traffic, including failures', async () => {
    const shop = await openShop({ TRAFFIC: undefined });
    await expect
      .poll(async () => (await shop.document()).counters, { timeout: 60_000, interval: 250 })
      .toMatchObject({ orders: expect.any(Number), failed_refunds: expect.any(Number) });
    shop.child.kill('SIGTERM');
    const { signal, stderr } = await shop.ended;
    expect(signal).toBe('SIGTERM');
    // Only the scheduler logs something: the error of the job that sometimes fails, with its stack.
    expect(stderr.join('\n')).toMatch(
      /^(?:.*\[Scheduler\] Error: The supplier answered 503.*(?:\n {4}at .*)*\n?)*$/,
    );
  });

  it('shows a supplier that fails, the job that fails with it, a pool that is too small, and a queue', async () => {
    const shop = await openShop();
    // Each fifth request to the supplier fails. An order is one request, in the next run of the job.
    for (let order = 0; order < 5; order++) {
      await shop.post('/orders', { productId: (order % 3) + 1, quantity: 1 });
      if (order % 3 !== 2) continue;
      await eventually(async () => {
        const { counters } = await shop.document();
        expect(sumOf(counters, /^http_client_requests/)).toBeGreaterThanOrEqual(order + 1);
      });
    }
    await eventually(async () => {
      const { counters, gauges, histograms } = await shop.document();
      expect(counters['job_runs{job="RestockJob.restock",outcome="error"}']).toBe(1);
      expect(sumOf(counters, /^http_client_requests.*status="503",url_template="\/stock\/:product"/)).toBe(1);
      expect(counters['job_runs{job="ShippingWorker.shipNext",outcome="ok"}']).toBeGreaterThan(0);
      expect(gauges['pool_connections_max{pool="stock"}']).toBe(1);
      expect(histograms['pool_wait{pool="stock"}']?.max).toBeGreaterThan(0.02);
      expect(gauges).toHaveProperty(['watched_size{name="shipping"}']);
    });
    expect(shop.stderr[0]).toContain('[Scheduler] Error: The supplier answered 503');
  });
});

describe('the start of the sample app', () => {
  it('says in one line that a port is in use, and ends with exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await start({ PORT: String(port) }).ended;
    expect(stderr).toEqual([`Port ${port} is in use. Set PORT to another one; PORT=0 takes any free port.`]);
    expect(stdout).toEqual([]);
    expect(code).toBe(1);
  });

  it('listens on the port in PORT', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((closed) => free.close(closed));
    const shop = await openShop({ PORT: String(port), TRAFFIC: 'off' });
    expect(shop.monitor).toBe(`http://127.0.0.1:${port}/monitor`);
  });

  it('is a cluster with WORKERS, whose monitor answers for all of them', async () => {
    const shop = await openShop({ WORKERS: '2', TRAFFIC: 'off' });
    await eventually(async () => {
      const { processes } = await shop.document();
      expect(processes?.map(({ state }) => state)).toEqual(['ok', 'ok']);
    });
    for (const WORKERS of ['0', 'two', '65']) {
      const { code, stderr } = await start({ WORKERS }).ended;
      expect(stderr).toEqual([`WORKERS is "${WORKERS}", but must be a whole number from 1 to 64.`]);
      expect(code).toBe(1);
    }
    shop.child.kill('SIGINT');
    expect(await shop.ended).toMatchObject({ code: 0 });
  });

  it.each(['http', '-1', '65536', '3000.5', ''])(
    'says in one line that PORT cannot be "%s", and ends with exit code 1',
    async (PORT) => {
      const { code, stdout, stderr } = await start({ PORT }).ended;
      expect(stderr).toEqual([
        `PORT is "${PORT}", but must be a whole number from 0 to 65535; 0 takes any free port.`,
      ]);
      expect(stdout).toEqual([]);
      expect(code).toBe(1);
    },
  );
});

describe('the shutdown of the sample app', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'publishes a last time on %s and ends, with connections open to it or not',
    async (name) => {
      const shop = await openShop();
      // Like a browser, which opens one more connection than it needs, and sends nothing on it.
      const silent = connect(Number(new URL(shop.url).port), '127.0.0.1').on('error', () => {});
      await once(silent, 'connect');
      for (let i = 0; i < 6; i++) await shop.post('/orders', { productId: 1, quantity: 1 });
      const before = shop.stdout.length;

      shop.child.kill(name);
      const { signal, stdout, stderr } = await shop.ended;

      expect(signal).toBe(name);
      expect(stdout.slice(before).at(-1)).toMatch(
        /\b6 requests and 6 orders so far; .*queue of up to [1-6],/,
      );
      expect(stderr).toEqual([]);
    },
  );
});
