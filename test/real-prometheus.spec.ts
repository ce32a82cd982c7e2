import { describe, expect, it } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { startApp } from './support/app.js';
import { RealPrometheus } from './support/real-prometheus.js';
import { startShop } from './support/shop.js';
import { needs } from './support/tools.js';

/** What the shop sells first, and its price in cents. */
const [TEAPOT, PRICE] = [1, 2450];

const PROMETHEUS = needs('prometheus');

describe.skipIf(PROMETHEUS.isMissing)(`a real Prometheus${PROMETHEUS.reason}`, { timeout: 90_000 }, () => {
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

      // One in ten is a large one, for as long as it takes for ten scrapes.
      let sent = 0;
      const totals: number[] = [];
      const scrapes = async () => (await prometheus.number('count_over_time(orders_total[5m])')) ?? 0;
      while ((await scrapes()) < 10 || sent % 10 !== 0) totals.push(await order(++sent % 10 === 0 ? 9 : 2));
      sold += totals.reduce((sum, total) => sum + total, 0);

      await prometheus.becomes('orders_total', sent + 1);
      await prometheus.becomes('revenue_cents_total', sold);
      await prometheus.becomes('order_total_cents_sum', sold);
      expect(await prometheus.target()).toMatchObject({ health: 'up', lastError: '' });

      // Prometheus takes a rate to go on beyond the first and last scrape, by half an interval or so at either end.
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
    for (const value of [-3, 0, 0.1, 1e300]) monitor.observe('bounded', value, { le: 'x' });
    const prometheus = await RealPrometheus.start(`127.0.0.1:${port}`, '/monitor/prometheus');
    await prometheus.becomes('count({__name__=~"a_b.*_total"})', 4);
    await prometheus.becomes('count(labels_total)', values.length + 2);
    await prometheus.becomes('queue_max', 7);
    await prometheus.becomes('bounded_seconds_bucket{exported_le="x",le="0.1"}', 3);
    await prometheus.becomes('labels_total{value="ü☃😀"}', 1);
    expect(await prometheus.target()).toMatchObject({ health: 'up', lastError: '' });
  });
});
