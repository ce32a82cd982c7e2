import { Controller, Get } from '@nestjs/common';
import { get } from 'node:http';
import { once } from 'node:events';
import { SpanKind } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ADAPTERS, startApp } from './support/app.js';
import type { ReadExemplar } from './support/exposition.js';
import { readExposition } from './support/exposition.js';
import { readFamilies } from './support/metric-families.js';
import { present } from './support/present.js';
import { scrapedRegistry, scrapedTwoRegistries } from './support/scrape.js';
import { startTracing } from './support/tracing.js';

const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0';
const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
const DURATION = 'http_server_request_duration_seconds';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

@Controller()
class Cats {
  @Get('cats') cats() {
    return 'cats';
  }
}

describe.each(ADAPTERS)('the duration of a request on %s', (adapter) => {
  const start = async () => {
    const { app, url } = await startApp(adapter, { imports: [MonitorModule.forRoot()], controllers: [Cats] });
    const send = async (headers: Record<string, string> = {}) => {
      const [response] = await once(get(`${url}/cats`, { headers }), 'response');
      await once(response.resume(), 'close');
    };
    const scrape = (accept: string) => fetch(`${url}/monitor/prometheus`, { headers: { accept } });
    /** The exemplars of the route, which must be the same in both formats. */
    const exemplars = async (): Promise<ReadExemplar[]> => {
      const text = readExposition(await (await scrape(OPEN_METRICS)).text(), 'openmetrics');
      const ofRoute = (text.get(DURATION)?.samples ?? []).filter(
        ({ labels }) => labels.http_route === '/cats',
      );
      const found = ofRoute.flatMap(({ exemplar }) => exemplar ?? []);
      const families = readFamilies(Buffer.from(await (await scrape(PROTOBUF)).arrayBuffer()));
      const { histogram } = present(
        families.get(DURATION)?.metrics.find(({ labels }) => labels.http_route === '/cats'),
      );
      expect(histogram?.exemplars.map(({ labels }) => labels)).toEqual(found.map(({ labels }) => labels));
      expect(histogram?.classic.flatMap(({ exemplar }) => exemplar?.value ?? [])).toEqual(
        found.map(({ value }) => value),
      );
      expect(histogram?.count).toBeGreaterThan(0);
      return found;
    };
    return { app, send, exemplars };
  };

  it('has the trace and the span of the request that OpenTelemetry has recorded', async () => {
    const spans = startTracing();
    const { send, exemplars } = await start();
    const before = Date.now() / 1000;
    await send();
    const [exemplar] = await exemplars();
    const span = present(spans().find(({ kind, attributes }) => kind === SpanKind.SERVER && attributes));
    const { traceId, spanId } = span.spanContext();
    expect(exemplar?.labels).toEqual({ trace_id: traceId, span_id: spanId });
    expect(exemplar?.value).toBeGreaterThan(0);
    expect(exemplar?.time).toBeGreaterThanOrEqual(Math.floor(before));
    expect(exemplar?.time).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('has no exemplar of a trace that is not sampled, even if its sender has sampled it', async () => {
    startTracing(new AlwaysOffSampler());
    const { send, exemplars } = await start();
    await send({ traceparent: `00-${TRACE}-${PARENT}-01` });
    expect(await exemplars()).toEqual([]);
  });

  it('has the trace of a sampled traceparent where there is no tracer', async () => {
    const { send, exemplars } = await start();
    await send({ traceparent: `00-${TRACE}-${PARENT}-01` });
    expect(await exemplars()).toMatchObject([{ labels: { trace_id: TRACE } }]);
  });

  it.each([
    ['is not sampled', `00-${TRACE}-${PARENT}-00`],
    ['has another flag only', `00-${TRACE}-${PARENT}-02`],
    ['has no trace', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['has no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['has an invalid version', `ff-${TRACE}-${PARENT}-01`],
    ['is in upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['is too long', `00-${TRACE}-${PARENT}-01-x`],
    ['is too short', `00-${TRACE}-${PARENT}`],
    ['is something else', '{trace_id="x"} 1'],
    ['is there twice', `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
    ['is missing', undefined],
  ])('has no exemplar if the traceparent %s', async (_what, traceparent) => {
    const { send, exemplars } = await start();
    await send(traceparent === undefined ? {} : { traceparent });
    expect(await exemplars()).toEqual([]);
  });

  it('takes a traceparent of a later version of the standard', async () => {
    const { send, exemplars } = await start();
    await send({ traceparent: `01-${TRACE}-${PARENT}-01-more` });
    expect(await exemplars()).toMatchObject([{ labels: { trace_id: TRACE } }]);
  });
});

describe.each([
  ['one registry', scrapedRegistry],
  ['two registries merged', scrapedTwoRegistries],
])('the exemplars of %s', (_what, make) => {
  const mark = (id: number | string) => ({ exemplar: { trace_id: `trace ${id}` } });

  it('are the latest of each classic bucket, on its line', async () => {
    const registry = make();
    registry.describe('size', { buckets: [1, 10] });
    for (const [id, value] of [0.5, 1, 5, 0.1, 5, 11].entries())
      registry.observe('size', value, {}, mark(id));
    registry.observe('size', 0.2);
    const { samples } = present((await registry.families('openmetrics')).get('size'));
    const ids = samples.flatMap(({ labels: { le }, exemplar }) => (exemplar ? [[le, exemplar]] : []));
    expect(ids).toMatchObject([
      ['1.0', { labels: { trace_id: 'trace 3' }, value: 0.1 }],
      ['10.0', { labels: { trace_id: 'trace 4' }, value: 5 }],
      ['+Inf', { labels: { trace_id: 'trace 5' }, value: 11 }],
    ]);
    const { histogram } = present((await registry.decoded()).get('size')?.metrics[0]);
    expect(histogram?.classic.map(({ bound, count, exemplar }) => [bound, count, exemplar?.value])).toEqual([
      [1, 4, 0.1],
      [10, 6, 5],
      [Infinity, 7, 11],
    ]);
    expect(new Set(histogram?.exemplars.map(({ labels }) => labels.trace_id))).toEqual(
      expect.objectContaining(new Set(['trace 3', 'trace 4', 'trace 5'])),
    );
  });

  it('are one for each power of two without buckets, and as few as there are bounds', async () => {
    const registry = make();
    for (let i = -300; i < 300; i++) registry.observe('wait_seconds', 1.5 ** i, {}, mark(i));
    for (const value of [0, -5]) registry.observe('wait_seconds', value, {}, mark(value));
    const { samples } = present((await registry.families('openmetrics')).get('wait_seconds'));
    const marked = samples.filter(({ exemplar }) => exemplar !== undefined);
    expect(marked).toHaveLength(26);
    expect(marked[0]?.exemplar).toMatchObject({ value: -5 });
    const { histogram } = present((await registry.decoded()).get('wait_seconds')?.metrics[0]);
    expect(histogram?.exemplars.length).toBeLessThanOrEqual(2 * 46);
  });

  it('are not part of the text format 0.0.4', async () => {
    const registry = make();
    registry.observe('x', 1, {}, mark(1));
    expect(await registry.text('text')).not.toContain('trace');
    expect(await registry.text('openmetrics')).toContain('trace 1');
  });

  it('have any characters in their values', async () => {
    const registry = make();
    registry.observe('x', 1, {}, { exemplar: { trace_id: 'a"\\\n}☃' } });
    const { samples } = present((await registry.families('openmetrics')).get('x'));
    const [found] = samples.flatMap(({ exemplar }) => exemplar ?? []);
    expect(found?.labels.trace_id).toBe('a"\\\n}☃');
  });
});

describe('an exemplar that is given by hand', () => {
  const start = async () => {
    const { app, log, url } = await startApp('express', { imports: [MonitorModule.forRoot()] });
    const text = async () =>
      (await fetch(`${url}/monitor/prometheus`, { headers: { accept: OPEN_METRICS } })).text();
    return { monitor: app.get(MonitorService), log, text };
  };

  it('is taken by observe() and by the handle of a histogram', async () => {
    const { monitor, text } = await start();
    monitor.observe('a', 1, { kind: 'x' }, { exemplar: { trace_id: 'abc', span_id: 'def' } });
    monitor.histogram('b').observe(2, { exemplar: { order: '17' } });
    expect(await text()).toContain('a_bucket{kind="x",le="1.0"} 1 # {trace_id="abc",span_id="def"} 1 ');
    expect(await text()).toContain('b_bucket{le="2.0"} 1 # {order="17"} 2 ');
  });

  it.each<[string, unknown]>([
    ['no object', 'abc'],
    ['null', null],
    ['empty', {}],
    ['a number', { trace_id: 7 }],
    ['an invalid name', { 'trace.id': 'x' }],
    ['not Unicode', { trace_id: 'a\ud800' }],
    ['a text with NUL', { trace_id: 'a\0' }],
    ['too long', { trace_id: 'x'.repeat(121) }],
    [
      'a trap',
      Object.defineProperty({}, 'trace_id', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
    ],
  ])('is left out and logged once if it is %s, and its value is recorded', async (_what, exemplar) => {
    const { monitor, log, text } = await start();
    for (let i = 0; i < 3; i++) monitor.observe('a', 1, {}, { exemplar } as never);
    const warnings = log.warnings.filter((line: string) => line.includes('recorded without its exemplar'));
    expect(warnings).toHaveLength(1);
    expect(await text()).toMatch(/^a_bucket\{le="1.0"\} 3$/m);
    expect(await text()).not.toContain('monitor_rejected_samples');
  });

  it('has room for 128 characters, and is not missed where there is none', async () => {
    const { monitor, log, text } = await start();
    monitor.observe('a', 1, {}, { exemplar: { trace_id: '😀'.repeat(120) } });
    for (const options of [undefined, null, {}, { exemplar: undefined }]) {
      monitor.observe('b', 1, {}, options as never);
    }
    expect(await text()).toContain(`trace_id="${'😀'.repeat(120)}"`);
    expect(log.warnings.filter((line: string) => line.includes('exemplar'))).toEqual([]);
  });
});
