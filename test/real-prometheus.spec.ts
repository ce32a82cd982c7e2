import { describe, expect, it } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { startApp } from './support/app.js';
import { freePort } from './support/free-port.js';
import { RealPrometheus } from './support/real-prometheus.js';
import { startShop } from './support/shop.js';
import { present } from './support/present.js';
import { needs } from './support/tools.js';

/** What the shop sells first, and its price in cents. */
const [TEAPOT, PRICE] = [1, 2450];

const PROMETHEUS = needs('prometheus');

describe.skipIf(PROMETHEUS.isMissing)(`a real Prometheus${PROMETHEUS.reason}`, () => {
  it.each(['/monitor/prometheus', '/monitor'])(
    'scrapes the sample app at %s, and its rates and quantiles are those of what was sent',
    async (path) => {
      const shop = await startShop();
      const prometheus = await RealPrometheus.start(new URL(shop).host, path);
      const order = async (quantity: number) => {
        const response = await fetch(`${shop}/orders`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ productId: TEAPOT, quantity }),
        });
        expect(response.status).toBe(201);
        return quantity * PRICE;
      };
      let sold = await order(1);
      await prometheus.becomes('orders_total', 1);

      // One in ten orders is large. Orders are sent until there were ten scrapes.
      let sent = 0;
      const totals: number[] = [];
      const scrapes = async () => (await prometheus.number('count_over_time(orders_total[5m])')) ?? 0;
      while ((await scrapes()) < 10 || sent % 10 !== 0) totals.push(await order(++sent % 10 === 0 ? 9 : 2));
      sold += totals.reduce((sum, total) => sum + total, 0);

      await prometheus.becomes('orders_total', sent + 1);
      await prometheus.becomes('revenue_cents_total', sold);
      await prometheus.becomes('order_total_cents_sum', sold);
      expect(await prometheus.target()).toMatchObject({ health: 'up', lastError: '' });

      // Prometheus extrapolates an increase beyond the first and last scrape, by about half an interval at either end.
      const increase = (await prometheus.number('increase(orders_total[5m])')) ?? 0;
      expect(increase / sent).toBeGreaterThan(0.99);
      expect(increase / sent).toBeLessThan(1.35);
      const each = await prometheus.number('rate(revenue_cents_total[5m]) / rate(orders_total[5m])');
      expect((each ?? 0) / (sold / (sent + 1))).toBeCloseTo(1, 1);
      const requests = await prometheus.number('sum(monitor_requests_total{locality="loopback"})');
      expect(requests).toBeGreaterThan(sent);

      const quantile = (q: number) =>
        prometheus.number(`histogram_quantile(${q}, sum by (le) (rate(order_total_cents_bucket[5m])))`);
      const [small, large] = [Math.min(...totals), Math.max(...totals)];
      const quantiles: [q: number, exact: number][] = [
        [0.5, small],
        [0.85, small],
        [0.95, large],
        [0.99, large],
      ];
      for (const [q, exact] of quantiles) {
        const estimate = (await quantile(q)) ?? 0;
        // Within the bucket that the exact one is in.
        expect([q, Math.ceil(Math.log2(estimate))]).toEqual([q, Math.ceil(Math.log2(exact))]);
      }
    },
  );

  it('takes whatever names, labels and values there are', async () => {
    const { app, port } = await startApp('express', { imports: [MonitorModule.forRoot()] });
    const monitor = app.get(MonitorService);
    for (const name of ['a.b', 'a_b', 'a-b', 'a_b_total']) monitor.count(name);
    const values = [
      '',
      '""',
      '\\',
      '\n',
      '"',
      '\0',
      '\ud800',
      '\ud801',
      '\ufffd',
      'ü☃😀',
      '\r\t\x7f',
      '{a="b"}',
    ];
    for (const value of values) monitor.count('labels', 1, { value });
    monitor.count('labels');
    monitor.count('labels', 1, { 'va.lue': 'x', va_lue: 'y', le: '1', __name__: 'z' });
    monitor.kv('queue', -2.5);
    monitor.kv('queue_max', 7);
    monitor.describe('bounded', { buckets: [-1, 0.1, 1e21], unit: 'seconds', help: 'a\n"b"\\c\0' });
    for (const value of [-3, 0, 0.1, 1e300]) {
      monitor.observe('bounded', value, { le: 'x' }, { exemplar: { trace_id: `of ${value} ` } });
    }
    const prometheus = await RealPrometheus.start(`127.0.0.1:${port}`, '/monitor/prometheus', {
      features: ['exemplar-storage'],
    });
    await prometheus.becomes('count({__name__=~"a_b.*_total"})', 4);
    await prometheus.becomes('count(labels_total)', values.length + 2);
    await prometheus.becomes('queue_max', 7);
    await prometheus.becomes('bounded_seconds_bucket{exported_le="x",le="0.1"}', 3);
    await prometheus.becomes('labels_total{value="ü☃😀"}', 1);
    const exemplars = await prometheus.exemplars('bounded_seconds_bucket');
    expect(new Set(exemplars.map(({ labels, value }) => `${labels.trace_id}${value}`))).toEqual(
      new Set(['of -3 -3', 'of 0.1 0.1', 'of 1e+300 1e+300']),
    );
    expect(await prometheus.target()).toMatchObject({ health: 'up', lastError: '' });
  });

  it('has the quantiles, rates and sums of native histograms right, over two processes and a restart', async () => {
    const start = async (port: number) => {
      const { app } = await startApp('express', { imports: [MonitorModule.forRoot({ port })] });
      const monitor = app.get(MonitorService);
      // The metrics exist before the first value, so that a rate includes all values.
      for (const name of ['latency_seconds', 'temperature']) monitor.histogram(name);
      monitor.counter('orders');
      return { app, monitor };
    };
    const ports = [await freePort(), await freePort()];
    const [one, two] = await Promise.all(ports.map(start));
    const prometheus = await RealPrometheus.start(
      ports.map((port) => `127.0.0.1:${port}`),
      '/monitor/prometheus',
      { features: ['native-histograms', 'exemplar-storage'] },
    );
    await prometheus.becomes('count(histogram_count(latency_seconds) == 0)', 2);
    // From 1 ms to 10 s, a third of them in the second process.
    const latencies = Array.from({ length: 6000 }, (_, i) => 10 ** (-3 + (4 * (i + 1)) / 6000));
    const temperatures = latencies.map((value) => 4 - value);
    for (const [i, value] of latencies.entries()) {
      const { monitor } = i % 3 === 0 ? present(two) : present(one);
      monitor.observe('latency_seconds', value);
      monitor.observe('temperature', 4 - value);
      monitor.count('orders');
    }
    const exact = (values: number[], q: number) =>
      present(values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1]);
    await prometheus.becomes('sum(histogram_count(latency_seconds))', 6000);
    await prometheus.becomes('sum(histogram_count(temperature))', 6000);
    for (const q of [0.01, 0.25, 0.5, 0.9, 0.99, 0.999]) {
      const estimates: [query: string, values: number[]][] = [
        ['sum(latency_seconds)', latencies],
        ['sum(rate(latency_seconds[1m]))', latencies],
        ['sum(temperature)', temperatures],
      ];
      for (const [query, values] of estimates) {
        const estimate = present(await prometheus.number(`histogram_quantile(${q}, ${query})`));
        const error = Math.abs(estimate / exact(values, q) - 1);
        expect({ query, q, error, isRight: error < 0.011 }).toMatchObject({ isRight: true });
      }
    }
    const sum = latencies.reduce((total, value) => total + value, 0);
    expect((await prometheus.number('sum(histogram_sum(latency_seconds))')) ?? 0).toBeCloseTo(sum, 5);
    const average =
      'sum(histogram_sum(rate(latency_seconds[1m]))) / sum(histogram_count(rate(latency_seconds[1m])))';
    expect(((await prometheus.number(average)) ?? 0) / (sum / 6000)).toBeCloseTo(1, 2);

    const trace = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    await fetch(`${await present(one).app.getUrl()}/nowhere`, { headers });
    const exemplars = () => prometheus.exemplars('http_server_request_duration_seconds');
    await expect.poll(exemplars, { timeout: 60_000 }).toMatchObject([{ labels: { trace_id: trace } }]);

    await present(two).app.close();
    const restarted = await start(present(ports[1]));
    for (const value of latencies.slice(0, 1500)) {
      restarted.monitor.observe('latency_seconds', value);
      restarted.monitor.count('orders');
    }
    const instance = `instance="127.0.0.1:${ports[1]}"`;
    await prometheus.becomes(`histogram_count(latency_seconds{${instance}})`, 1500);
    await prometheus.becomes(`orders_total{${instance}}`, 1500);
    // 2 000 before the restart and 1 500 after it; a rate is extrapolated by an interval or so at either end.
    for (const query of [
      `histogram_count(increase(latency_seconds{${instance}}[1m]))`,
      `increase(orders_total{${instance}}[1m])`,
    ]) {
      const increase = (await prometheus.number(query)) ?? 0;
      expect(increase).toBeGreaterThan(3490);
      expect(increase).toBeLessThan(2 * 3500);
    }
    expect(await prometheus.number(`resets(orders_total{${instance}}[1m])`)).toBe(1);
    expect(await prometheus.target()).toMatchObject({ health: 'up', lastError: '' });
  });
});
