import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtInMetadata } from '../src/exporters/prometheus/built-in-metadata.js';
import type { ReadFormat } from './support/exposition.js';
import { fillWithInvalidNames } from './support/invalid-names.js';
import type { ScrapedRegistry } from './support/scrape.js';
import { scrapedRegistry, scrapedTwoRegistries } from './support/scrape.js';
import { needs } from './support/tools.js';
import { present } from './support/present.js';

const FORMATS: ReadFormat[] = ['text', 'openmetrics'];

describe.each([
  ['one registry', scrapedRegistry],
  ['two registries merged', scrapedTwoRegistries],
])('the text of %s', (_what, make) => {
  describe.each(FORMATS)('in the format %s', (format) => {
    it('each series is written once and the text is valid, whatever its name, labels and value are', async () => {
      const registry = fillWithInvalidNames(make());
      const families = await registry.families(format);
      const labels = families.get(format === 'text' ? 'labels_total' : 'labels');
      expect(labels?.samples).toHaveLength(18);
      const counters = [...families.values()]
        .filter(({ type }) => type === 'counter')
        .map(({ name }) => name);
      expect(counters.filter((name) => name.startsWith('jobs_done'))).toHaveLength(5);
    });

    it('numbers are parsed by Go as the same numbers', async () => {
      const values = await fillWithInvalidNames(make()).values(format);
      expect(values).toMatchObject({ big: 1e300, small: -5e-324, zero: 0, huge_total: 2 ** 60 });
      expect(values).not.toHaveProperty('never_set');
      expect(await fillWithInvalidNames(make()).text(format)).toMatch(/^zero 0$/m);
    });

    it('a new metric does not rename the others, except one that has the name which the new one needs', async () => {
      const registry = make();
      registry.count('a.b', 1);
      registry.count('c.d', 1);
      expect(await registry.values(format)).toMatchObject({ a_b_total: 1, c_d_total: 1 });
      registry.count('a_b_total', 5);
      const values = await registry.values(format);
      expect(values).toMatchObject({ a_b_total: 5, c_d_total: 1 });
      expect(Object.keys(values).filter((name) => /^a_b_[0-9a-f]{8}_total$/.test(name))).toHaveLength(1);
    });
  });

  it('names do not depend on the order in which metrics were created', async () => {
    const names = ['a.b', 'a_b_total', 'a-b', 'a b'];
    const [forward, reversed] = [make(), make()];
    for (const [at, name] of names.entries()) forward.count(name, at);
    for (const [at, name] of [...names.entries()].reverse()) reversed.count(name, at);
    for (const label of ['x.y', 'x_y', 'x-y']) forward.count('l', 1, { [label]: label });
    for (const label of ['x-y', 'x_y', 'x.y']) reversed.count('l', 1, { [label]: label });
    const own = async (registry: ScrapedRegistry) =>
      Object.fromEntries(Object.entries(await registry.values()).filter(([name]) => /^[al]_/.test(name)));
    expect(await own(reversed)).toEqual(await own(forward));
    expect(Object.keys(await own(forward))).toHaveLength(7);
  });

  it('a label may have the name of a property that every object has', async () => {
    const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty'];
    const registry = make();
    for (const name of names) registry.count('pit_stops', 1, { [name]: 'Ferrari' });
    registry.count('pit_stops', 1, JSON.parse('{"__proto__": "Ferrari"}') as Record<string, string>);
    const values = Object.keys(await registry.values()).filter((name) => name.startsWith('pit_stops'));
    expect(values.sort()).toEqual(
      [...names, 'exported___proto__'].map((name) => `pit_stops_total{${name}="Ferrari"}`).sort(),
    );
  });

  it('labels that become the same reserved name get names that are not reserved', async () => {
    const registry = make();
    registry.count('sales', 1, { 店: 'a', 城: 'b' });
    const [name = ''] = Object.keys(await registry.values()).filter((one) => one.startsWith('sales'));
    expect(name).toMatch(/^sales_total\{_="b",exported___[0-9a-f]{8}="a"\}$/);
  });

  it('new labels never make two series equal, also after the first scrape', async () => {
    const registry = make();
    registry.count('x', 1, { 'a.b': '1' });
    expect(await registry.values()).toMatchObject({ 'x_total{a_b="1"}': 1 });
    registry.count('x', 2, { a_b: '1' });
    const values = await registry.values();
    expect(values['x_total{a_b="1"}']).toBe(2);
    expect(Object.keys(values).filter((name) => name.startsWith('x_total'))).toHaveLength(2);
  });

  it('a described metric has its help and unit, and its name ends with the unit', async () => {
    const registry = make();
    registry.describe('load_user', { help: 'Loading a user.', unit: 'seconds' });
    registry.observe('load_user', 0.5);
    registry.describe('bytes_sent', { unit: 'bytes' });
    registry.count('bytes_sent', 3);
    registry.describe('speed', { unit: 'km/h' });
    registry.kv('speed', 3);
    const families = await registry.families('openmetrics');
    expect(families.get('load_user_seconds')).toMatchObject({
      help: 'Loading a user.',
      unit: 'seconds',
      type: 'histogram',
    });
    expect(families.get('bytes_sent')).toMatchObject({
      type: 'counter',
      help: String.raw`The counter \"bytes_sent\".`,
    });
    expect(families.get('speed')).toMatchObject({ type: 'gauge' });
  });

  it('a histogram has the powers of two as its bounds, which never change', async () => {
    const registry = make();
    registry.observe('wait_seconds', 0.25);
    const before = (await registry.families()).get('wait_seconds');
    for (const value of [0.25, 0.2500001, 1e-9, 1e9, 0, -7]) registry.observe('wait_seconds', value);
    const after = (await registry.families()).get('wait_seconds');
    const bounds = (family = after) => family?.samples.map(({ labels }) => labels.le);
    expect(bounds()).toEqual(bounds(before));
    const at = (le: string) => after?.samples.find(({ labels }) => labels.le === le)?.value;
    expect([at('0.00006103515625'), at('0.125'), at('0.25'), at('0.5'), at('1024'), at('+Inf')]).toEqual([
      3, 3, 5, 6, 6, 7,
    ]);
    // Every bound is a power of two, each twice the one before.
    const finite = bounds(before)?.map(Number).filter(Number.isFinite) ?? [];
    expect(finite.every((bound, index) => index === 0 || bound === 2 * present(finite[index - 1]))).toBe(
      true,
    );
  });

  it('a histogram that was described with buckets has these', async () => {
    const registry = make();
    registry.describe('size', { buckets: [1, 2.5, 10] });
    for (const value of [1, 2.5, 2.6, 11]) registry.observe('size', value, { kind: 'a' });
    expect(await registry.values()).toMatchObject({
      'size_bucket{kind="a",le="1"}': 1,
      'size_bucket{kind="a",le="2.5"}': 2,
      'size_bucket{kind="a",le="10"}': 3,
      'size_bucket{kind="a",le="+Inf"}': 4,
      'size_sum{kind="a"}': 17.1,
      'size_count{kind="a"}': 4,
    });
    expect(await registry.values('openmetrics')).toHaveProperty(['size_bucket{kind="a",le="1.0"}'], 1);
  });

  it('a gauge has its highest and lowest value since the last scrape by the same reader', async () => {
    const registry = make();
    for (const value of [3, 9, 5]) registry.kv('queue', value);
    expect(await registry.values('text', 'a')).toMatchObject({ queue: 5, queue_min: 3, queue_max: 9 });
    registry.kv('queue', 6);
    expect(await registry.values('text', 'a')).toMatchObject({ queue: 6, queue_min: 6, queue_max: 6 });
    expect(await registry.values('text', 'b')).toMatchObject({ queue: 6, queue_min: 3, queue_max: 9 });
  });

  it('the help of nodejs_eventloop_lag_* says what it is, and that it is not what prom-client has there', async () => {
    const registry = make();
    registry.ownHistogram('eventloop_delay').observe(0.01);
    registry.ownHistogram('eventloop_delay').observe(0.02);
    const families = await registry.families();
    for (const statistic of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']) {
      const { help } = present(families.get(`nodejs_eventloop_lag_${statistic}_seconds`));
      expect(help).toContain('How long the event loop ran code without polling for events');
      expect(help).toContain('In prom-client, the lateness of a timer');
    }
  });

  it("the monitor's own metrics have the names of prom-client and of the semantic conventions", async () => {
    const registry = make();
    registry.describe('http_request_duration', { buckets: [0.005, 0.01] });
    registry
      .ownHistogram('http_request_duration', { method: 'GET', route: '/cats/:id', status: '200' })
      .observe(0.007);
    registry.ownHistogram('gc_duration', { kind: 'minor' }).observe(0.001);
    for (const value of [0.01, 0.02, 0.03]) registry.ownHistogram('eventloop_delay').observe(value);
    registry.ownGauge('heap_space_used_bytes', 7, { space: 'new_space' });
    registry.ownGauge('http_requests_in_flight', 2);
    registry.ownCounter('http_requests', { method: 'GET', route: '/', status: '200' }).inc(4);
    for (const [locality, n] of Object.entries({ loopback: 4, private: 3, public: 3, unknown: 1 })) {
      registry.ownCounter('requests_by_locality', { locality }).inc(n);
    }
    registry.ownCounter('eventloop_time', { state: 'active' }).inc(1.5);
    const http = 'http_request_method="GET",http_route="/cats/:id",http_response_status_code="200"';
    const values = await registry.values();
    expect(values).toMatchObject({
      [`http_server_request_duration_seconds_bucket{${http},le="0.01"}`]: 1,
      [`http_server_request_duration_seconds_count{${http}}`]: 1,
      'nodejs_gc_duration_seconds_count{kind="minor"}': 1,
      nodejs_eventloop_lag_min_seconds: 0.01,
      nodejs_eventloop_lag_max_seconds: 0.03,
      nodejs_eventloop_lag_mean_seconds: 0.02,
      'nodejs_heap_space_size_used_bytes{space="new"}': 7,
      http_server_active_requests: 2,
      'http_requests_total{method="GET",route="/",status="200"}': 4,
      'monitor_requests_total{locality="loopback"}': 4,
      'monitor_requests_total{locality="private"}': 3,
      'monitor_requests_total{locality="public"}': 3,
      'monitor_requests_total{locality="unknown"}': 1,
      'nodejs_eventloop_time_seconds_total{state="active"}': 1.5,
    });
    expect(values.nodejs_eventloop_lag_p50_seconds).toBeCloseTo(0.02, 3);
    expect(values.nodejs_eventloop_lag_stddev_seconds).toBeCloseTo(0.01 * Math.sqrt(2 / 3), 12);
    expect(values.process_cpu_seconds_total).toBeCloseTo(
      present(values.process_cpu_user_seconds_total) + present(values.process_cpu_system_seconds_total),
    );
    expect(
      Math.abs(Date.now() / 1000 - present(values.process_start_time_seconds) - process.uptime()),
    ).toBeLessThan(60);
  });
});

it('labels are valid after a description has replaced the series of a merged metric', async () => {
  const registry = scrapedTwoRegistries();
  // Names of an even length go to the second registry.
  registry.kv('queue', 1, { 'a.b': '1' });
  registry.second.kv('queue', 2, { 'a.b': '2' });
  expect(await registry.values()).toMatchObject({ 'queue{a_b="1"}': 1, 'queue{a_b="2"}': 2 });
  registry.describe('queue', { aggregate: 'max' });
  expect(await registry.values()).toMatchObject({ 'queue{a_b="1"}': 1, 'queue{a_b="2"}': 2 });
});

it('no two metrics of the monitor itself have the same name', () => {
  const names = builtInMetadata().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

const PROMTOOL = needs('promtool');

describe.skipIf(PROMTOOL.isMissing)(`promtool${PROMTOOL.reason}`, () => {
  const check = (input: string) => spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });

  it('reports no problem in the text', async () => {
    const { status, stdout, stderr } = check(await fillWithInvalidNames(scrapedTwoRegistries()).text());
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('reports an invalid text', () => {
    expect(check('# TYPE x counter\nx 1\n').status).not.toBe(0);
  });
});
