import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { get, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Collector, MonitorOptions } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ReadLimiter } from '../src/endpoint/streaming/read-limiter.js';
import { BUILT_IN_METRICS } from '../src/metrics/definitions/built-in-metrics.js';
import { MetricsRegistry } from '../src/metrics/registry.js';
import { ADAPTERS, startApp } from './support/app.js';
import { readExposition } from './support/exposition.js';
import { readFamilies } from './support/metric-families.js';
import { present } from './support/present.js';
import { valuesOf } from './support/scrape.js';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,' +
  'text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
const PROTOBUF_TYPE = PROTOBUF.replaceAll(';', '; ');
const OM_1 = 'application/openmetrics-text;version=1.0.0';
const OM_0 = 'application/openmetrics-text;version=0.0.1';
const UTF_8 = 'escaping=allow-utf-8';
const LEGACY = 'escaping=underscores';
const TEXT_1 = 'text/plain;version=1.0.0';
const TEXT_1_UTF_8 = `text/plain; version=1.0.0; charset=utf-8; ${UTF_8}`;
const TEXT_0 = 'text/plain;version=0.0.4';

/** What Prometheus sends for a list of `scrape_protocols` since 2.49, with descending weights. */
function acceptOf(...protocols: string[]): string {
  return [...protocols, '*/*'].map((type, i) => `${type};q=0.${protocols.length + 1 - i}`).join(',');
}

/** What Prometheus sends by default and for each of `scrape_protocols`, and the content type it must get. */
const SCRAPERS: [version: string, accept: string, type: string][] = [
  ['2.5', `${OM_0},${TEXT_0};q=0.5,*/*;q=0.1`, OPEN_METRICS],
  ['2.26 to 2.48', PROMETHEUS_2, OPEN_METRICS],
  [
    '2.40 with native histograms',
    `${PROTOBUF},${OM_1};q=0.8,${OM_0};q=0.75,${TEXT_0};q=0.5,*/*;q=0.1`,
    PROTOBUF_TYPE,
  ],
  ['2.49', acceptOf(OM_1, OM_0, TEXT_0), OPEN_METRICS],
  ['2.49 with native histograms', acceptOf(PROTOBUF, OM_1, OM_0, TEXT_0), PROTOBUF_TYPE],
  ['3', acceptOf(`${OM_1};${UTF_8}`, OM_0, `${TEXT_1};${UTF_8}`, TEXT_0), `${OPEN_METRICS}; ${UTF_8}`],
  [
    '3 with legacy names',
    acceptOf(`${OM_1};${LEGACY}`, OM_0, `${TEXT_1};${LEGACY}`, TEXT_0),
    `${OPEN_METRICS}; ${LEGACY}`,
  ],
  [
    '3 with dots escaped',
    acceptOf(`${OM_1};escaping=dots`, OM_0, `${TEXT_1};escaping=dots`, TEXT_0),
    `${OPEN_METRICS}; escaping=dots`,
  ],
  [
    '3 with values escaped',
    acceptOf(`${OM_1};escaping=values`, OM_0, `${TEXT_1};escaping=values`, TEXT_0),
    `${OPEN_METRICS}; escaping=values`,
  ],
  [
    '3 with native histograms',
    acceptOf(`${PROTOBUF};${UTF_8}`, `${OM_1};${UTF_8}`, OM_0, `${TEXT_1};${UTF_8}`, TEXT_0),
    `${PROTOBUF_TYPE}; ${UTF_8}`,
  ],
  ['3 with PrometheusProto alone', acceptOf(`${PROTOBUF};${UTF_8}`), `${PROTOBUF_TYPE}; ${UTF_8}`],
  [
    '3 with PrometheusProto alone and legacy names',
    acceptOf(`${PROTOBUF};${LEGACY}`),
    `${PROTOBUF_TYPE}; ${LEGACY}`,
  ],
  ['3 with PrometheusText1.0.0 alone', acceptOf(`${TEXT_1};${UTF_8}`), TEXT_1_UTF_8],
  ['3 with PrometheusText0.0.4 alone', acceptOf(TEXT_0), TEXT],
  ['3 with OpenMetricsText1.0.0 alone', acceptOf(`${OM_1};${UTF_8}`), `${OPEN_METRICS}; ${UTF_8}`],
  ['3 with OpenMetricsText0.0.1 alone', acceptOf(OM_0), OPEN_METRICS],
  ['3 with both texts', acceptOf(`${TEXT_1};${UTF_8}`, TEXT_0), TEXT_1_UTF_8],
];

/** The name of the counter `orders.placed` for a scraper, by the escaping that it requests. */
const ESCAPED: Record<string, string> = {
  none: 'orders_placed_total',
  underscores: 'orders_placed_total',
  dots: 'orders_dot_placed__total',
  values: 'U__orders_2e_placed__total',
  'allow-utf-8': 'orders.placed_total',
};
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe.each(ADAPTERS)('GET /monitor/prometheus on %s', (adapter) => {
  const start = async (options?: MonitorOptions) => {
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot(options)] });
    const monitor = running.app.get(MonitorService);
    const scrape = async (path = '/monitor/prometheus', headers = {}) => {
      const response = await running.get(path, { headers });
      return valuesOf(readExposition(await response.text(), 'text'));
    };
    const fetchPath = (path: string, init?: RequestInit) => running.get(path, init);
    return { ...running, monitor, scrape, fetchPath };
  };

  it.each<[client: string, accept: string, here: string, there: string]>([
    ...SCRAPERS.map(([version, accept, type]): [string, string, string, string] => [
      `Prometheus ${version}`,
      accept,
      type,
      type,
    ]),
    ['a client of the text format 1.0.0', TEXT_1, TEXT, TEXT],
    [
      'a client of protobuf in an encoding for people',
      PROTOBUF.replace('delimited', 'text'),
      TEXT,
      JSON_TYPE,
    ],
    ['a client of an escaping that does not exist', `${OM_1};escaping=no`, OPEN_METRICS, OPEN_METRICS],
    ['a client of OpenMetrics 0.0.1', OM_0, OPEN_METRICS, OPEN_METRICS],
    ['an agent that supports the text format only', 'text/plain;version=0.0.4;q=1,*/*;q=0.1', TEXT, TEXT],
    ['curl', '*/*', TEXT, JSON_TYPE],
    ['a browser', BROWSER, TEXT, JSON_TYPE],
    ['axios', 'application/json, text/plain, */*', TEXT, JSON_TYPE],
    ['a client that accepts text', 'text/plain', TEXT, TEXT],
    ['a client with an invalid header', ';;q=x,,/', TEXT, JSON_TYPE],
    [
      'a client that excludes OpenMetrics',
      'application/openmetrics-text;q=0, text/plain; version="0.0.4"',
      TEXT,
      TEXT,
    ],
  ])('answers %s in its format, here and at /monitor', async (_who, accept, here, there) => {
    // A browser would be redirected to the dashboard.
    const { fetchPath, monitor } = await start({ dashboard: false });
    monitor.count('orders.placed');
    for (const [path, type] of Object.entries({ '/monitor/prometheus': here, '/monitor': there })) {
      const response = await fetchPath(path, { headers: { accept } });
      expect([path, response.status, response.headers.get('content-type')]).toEqual([path, 200, type]);
      expect(response.headers.get('vary')).toContain('Accept');
      expect(response.headers.get('cache-control')).toBe('no-store');
      const body = Buffer.from(await response.arrayBuffer());
      if (type === JSON_TYPE) {
        expect(JSON.parse(body.toString())).toMatchObject({ counters: { 'orders.placed': 1 } });
        continue;
      }
      const [, escaping = 'none'] = /escaping=(.*)/.exec(type) ?? [];
      const name = present(ESCAPED[escaping], escaping);
      if (type.startsWith(PROTOBUF_TYPE)) {
        expect(readFamilies(body).get(name)?.metrics[0]?.value).toBe(1);
      } else {
        const format = type.startsWith('text/plain') ? 'text' : 'openmetrics';
        expect(valuesOf(readExposition(body.toString(), format))[name]).toBe(1);
      }
    }
  });

  it('has native histograms in the resolution that a scrape asks for', async () => {
    const { fetchPath, monitor } = await start();
    for (let i = 0; i < 400; i++) monitor.observe('latency', 1.05 ** i);
    const scrape = async (query: string) => {
      const response = await fetchPath(`/monitor/prometheus?${query}`, { headers: { accept: PROTOBUF } });
      const families = readFamilies(Buffer.from(await response.arrayBuffer()));
      const { schema, positive } = present(families.get('latency')?.metrics[0]?.histogram);
      return { schema, buckets: positive.size };
    };
    expect(await scrape('')).toEqual({ schema: 5, buckets: 400 });
    expect(await scrape('schema=3')).toMatchObject({ schema: 3 });
    expect(await scrape('schema=-4&reader=a')).toMatchObject({ schema: -4, buckets: 3 });
    expect((await scrape('buckets=160')).buckets).toBeLessThanOrEqual(160);
    for (const query of ['schema=6', 'schema=-5', 'schema=x', 'schema=', 'buckets=9', 'buckets=1e9']) {
      for (const path of ['/monitor', '/monitor/prometheus']) {
        const response = await fetchPath(`${path}?${query}`, { headers: { accept: PROTOBUF } });
        expect([query, response.status, await response.text()]).toEqual([
          query,
          400,
          expect.stringContaining('schema is a whole number from -4 to 5'),
        ]);
      }
    }
  });

  it('is protected by the same guard', async () => {
    const { fetchPath } = await start();
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    expect((await fetchPath('/monitor/prometheus', { headers })).status).toBe(403);
    expect((await fetchPath('/monitor', { headers: { ...headers, accept: PROMETHEUS_2 } })).status).toBe(403);
    expect((await fetchPath('/monitor/prometheus?reader=a%20b')).status).toBe(400);
  });

  it('follows the options endpoint and path', async () => {
    expect((await (await start({ controller: false })).fetchPath('/monitor/prometheus')).status).toBe(404);
    expect((await (await start({ path: 'stats' })).fetchPath('/stats/prometheus')).status).toBe(200);
  });

  it('is compressed for a client that accepts gzip, with the same content', async () => {
    const { url, monitor } = await start();
    for (let i = 0; i < 3000; i++) monitor.count('items', i, { item: `item ${i}` });
    const ask = async (encoding: string) => {
      const headers = { 'accept-encoding': encoding };
      const [answer] = (await once(get(`${url}/monitor/prometheus`, { headers }), 'response')) as [
        IncomingMessage,
      ];
      return answer;
    };
    const packed = await ask('deflate;q=0.5, gzip');
    expect(packed.headers['content-encoding']).toBe('gzip');
    const unpacked = valuesOf(readExposition(await text(packed.pipe(createGunzip())), 'text'));
    expect(unpacked['items_total{item="item 2999"}']).toBe(2999);
    for (const encoding of ['gzip;q=0', 'identity', 'br']) {
      const plain = await ask(encoding);
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(readExposition(await text(plain), 'text').get('items_total')?.samples).toHaveLength(3000);
    }
  });

  it('has a window for each reader; HEAD does not open one', async () => {
    const { scrape, fetchPath, monitor } = await start();
    monitor.kv('queue', 9);
    monitor.kv('queue', 3);
    const head = await fetchPath('/monitor/prometheus', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, TEXT, '']);
    expect(await scrape()).toMatchObject({ queue: 3, queue_max: 9 });
    expect(await scrape()).not.toHaveProperty('queue_max');
    expect(await scrape('/monitor/prometheus?reader=east')).toMatchObject({ queue_max: 9 });
    expect(await scrape('/monitor', { accept: 'text/plain;version=0.0.4' })).not.toHaveProperty('queue_max');
  });

  it('gives the window back when a client disconnects, and frees its memory', async () => {
    const { scrape, url, app, monitor } = await start({ maxSeries: 200_000 });
    for (let i = 0; i < 40_000; i++)
      monitor.count('items', 1, { item: `a rather long name of an item ${i}` });
    monitor.kv('queue', 9);
    for (let i = 0; i < 6; i++) {
      const path = i % 2 ? '/monitor/prometheus' : '/monitor/prometheus?reader=east';
      const client = request(url + path, { agent: false })
        .on('error', () => {})
        .end();
      // Some disconnect before the response, and some during it.
      if (i < 3) await once(client, 'socket');
      else ((await once(client, 'response')) as [IncomingMessage])[0].pause();
      const closed = new Promise((resolve) => client.once('close', resolve));
      client.destroy();
      await closed;
    }
    await expect.poll(() => app.get(ReadLimiter).used).toEqual({ reads: 0, documents: 0 });
    expect(await scrape()).toMatchObject({ queue_max: 9 });
    expect(await scrape('/monitor/prometheus?reader=east')).toMatchObject({ queue_max: 9 });
  });

  it('has a definition for every metric of the monitor itself', async () => {
    const { app, scrape, fetchPath } = await start();
    await fetchPath('/nowhere');
    const { counters, gauges, histograms } = app.get(MetricsRegistry);
    const own = [...counters.all(), ...gauges.all(), ...histograms.all()].map(({ name }) => name);
    expect(own.filter((name) => !BUILT_IN_METRICS.has(name))).toEqual([]);
    expect(await scrape()).toMatchObject({ 'monitor_requests_total{locality="loopback"}': 2 });
  });
});

describe('concurrent scrapes', () => {
  it('share one pass over the series, and each reader has its own window', async () => {
    let release = (): void => {};
    const allArrived = new Promise<void>((resolve) => (release = resolve));
    // The first pass waits for this collector until every scrape has arrived, on a machine of any speed.
    const own: Collector = { collect: () => allArrived };
    const { app } = await startApp('express', {
      imports: [MonitorModule.forRoot({ maxSeries: 100_000, collectors: { own } })],
    });
    let arriving = 4;
    (app.getHttpServer() as Server).on('request', () => {
      if (--arriving === 0) setImmediate(release);
    });
    const monitor = app.get(MonitorService);
    for (let i = 0; i < 20_000; i++) monitor.count('items', 1, { i });
    let calls = 0;
    monitor.gauge('calls', () => ++calls);
    const url = `${await app.getUrl()}/monitor/prometheus`;
    const answers = await Promise.all(
      ['', '?reader=a', '?reader=b', ''].map(async (query) => (await fetch(url + query)).text()),
    );
    const read = answers.map((answer) => valuesOf(readExposition(answer, 'text')));
    expect(calls).toBeLessThan(4);
    for (const values of read) expect(values).toHaveProperty('calls_max');
  });

  it('get a 503 while too many texts wait in memory for slow clients, and succeed afterwards', async () => {
    const { app } = await startApp('express', { imports: [MonitorModule.forRoot({ maxSeries: 400_000 })] });
    const monitor = app.get(MonitorService);
    for (let i = 0; i < 60_000; i++) monitor.count('items', 1, { item: `${'long '.repeat(30)}${i}` });
    const url = `${await app.getUrl()}/monitor/prometheus`;
    const slow: IncomingMessage[] = [];
    for (let i = 0; i < 4; i++) {
      const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
      slow.push(answer.pause());
    }
    expect(app.get(ReadLimiter).used.documents).toBe(4);
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    for (const answer of slow) answer.on('error', () => {}).destroy();
    await expect.poll(async () => (await fetch(url, { method: 'GET' })).status).toBe(200);
  });
});
