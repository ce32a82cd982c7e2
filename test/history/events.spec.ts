import { describe, expect, it } from 'vitest';
import type { InstanceEvent, ResetEvent, StepEvent } from '../../src/history/history-document.js';
import type { HistoryDocument, MonitorOptions } from '../../src/index.js';
import { MonitorModule, MonitorPort, MonitorService } from '../../src/index.js';
import type { AdapterName } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { EventStream } from '../support/event-source.js';

const PLACES = [
  ['the port of the application', {}],
  ['a port of its own', { port: 0 }],
] as const;

async function start(adapter: AdapterName, options: MonitorOptions) {
  const running = await startApp(adapter, { imports: [MonitorModule.forRoot(options)] });
  const url = running.app.get(MonitorPort).url ?? `${running.url}/monitor`;
  const monitor = running.app.get(MonitorService);
  const history = async () => (await (await fetch(`${url}/history`)).json()) as HistoryDocument;
  return { ...running, url, monitor, history };
}

const dataOf = (event: { data: unknown } | undefined) => event?.data as StepEvent;
const isShort = ({ step }: StepEvent) => step === 1;

describe.each(ADAPTERS)('the events of an application on %s', (adapter) => {
  describe.each(PLACES)('at %s', (_, options) => {
    it('start with the instance event, followed by each step with its new series', async () => {
      const { url, monitor, history } = await start(adapter, options);
      const stream = await EventStream.open(`${url}/events`);
      expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(stream.response.headers.get('cache-control')).toBe('no-store, no-transform');
      const first = (await stream.next('instance'))?.data as InstanceEvent;
      expect(first.instance).toEqual((await monitor.metrics()).instance);
      expect((await stream.next('findings'))?.data).toEqual([]);
      await stream.next('step', isShort);
      const { series: before } = await history();
      monitor.count('orders', 4, { kind: 'gift' });
      const event = await stream.next('step', isShort);
      const step = dataOf(event);
      expect(event?.id).toBe(String(step.sequence));
      const at = before.length + (step.series?.findIndex(({ key }) => key === 'orders{kind="gift"}') ?? NaN);
      expect(step.values).toContainEqual([at, 'total', 4]);
      const rate = step.values.find(([index, figure]) => index === at && figure === 'rate')?.[2] ?? NaN;
      expect(rate * step.seconds).toBeCloseTo(4, 3);
      const { series, sequence, tiers, latest } = await history();
      expect([series[at]?.key, latest[at]]).toEqual(['orders{kind="gift"}', 4]);
      expect(sequence).toBeGreaterThanOrEqual(step.sequence);
      expect(tiers[0]?.times).toContain(step.time);
    });

    it('resume after the last step of a client, without a gap and with current totals', async () => {
      const { url, monitor, history } = await start(adapter, options);
      const stream = await EventStream.open(`${url}/events`);
      const { sequence } = dataOf(await stream.next('step', isShort));
      stream.close();
      monitor.count('orders', 3);
      const other = await EventStream.open(`${url}/events`);
      await other.next('step', isShort);
      const last = dataOf(await other.next('step', isShort)).sequence;
      for (const again of [
        await EventStream.open(`${url}/events`, { 'Last-Event-ID': String(sequence) }),
        await EventStream.open(`${url}/events?after=${sequence}`),
      ]) {
        const steps: StepEvent[] = [];
        while ((steps.at(-1)?.sequence ?? 0) < last) steps.push(dataOf(await again.next('step')));
        expect(steps.map((step) => step.sequence)).toEqual(
          Array.from({ length: steps.length }, (_value, at) => sequence + at + 1),
        );
        const at = (await history()).series.findIndex(({ key }) => key === 'orders');
        const totals = steps
          .flatMap(({ values }) => values)
          .filter(([i, figure]) => i === at && figure === 'total');
        expect(totals.at(-1)).toEqual([at, 'total', 3]);
      }
    });

    it('send a reset event to a client whose last step is from another process', async () => {
      const { url } = await start(adapter, options);
      const stream = await EventStream.open(`${url}/events?after=12345`);
      const reset = (await stream.next('reset'))?.data as ResetEvent;
      expect(reset.reason).toBe('expired');
      expect(dataOf(await stream.next('step')).sequence).toBe(reset.sequence + 1);
    });

    it('end when the application closes', async () => {
      const { app, url } = await start(adapter, options);
      const stream = await EventStream.open(`${url}/events`);
      await stream.next('step');
      await app.close();
      expect(await stream.next('none')).toBeUndefined();
    });
  });

  it('serve 50 clients at once, and accept another one when a client has left', async () => {
    const { url } = await start(adapter, {});
    const streams = await Promise.all(Array.from({ length: 50 }, () => EventStream.open(`${url}/events`)));
    const refused = await fetch(`${url}/events`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await refused.text()).toBe(
      'There are 50 clients already, as many as there may be. Try again later.\n',
    );
    const sequences = await Promise.all(
      streams.map(async (stream) => dataOf(await stream.next('step')).sequence),
    );
    expect(sequences).toHaveLength(50);
    streams[0]?.close();
    await expect.poll(async () => (await EventStream.open(`${url}/events`)).response.status).toBe(200);
  });

  it('are protected by the guard like the history, and an invalid query gets a 400', async () => {
    const { url } = await start(adapter, {});
    for (const path of ['history', 'events', 'findings']) {
      expect((await fetch(`${url}/${path}`, { headers: { 'X-Forwarded-For': '8.8.8.8' } })).status).toBe(403);
      const head = await fetch(`${url}/${path}`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
    for (const query of [
      'history?since=yesterday',
      'history?last=1h',
      'history?last=-1',
      'history?last=',
      `history?series=${Array(101).fill('a').join()}`,
      'events?after=x',
    ]) {
      const response = await fetch(`${url}/${query}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        400,
        'text/plain; charset=utf-8',
      ]);
    }
    expect(await (await fetch(`${url}/findings`)).json()).toEqual({
      time: expect.any(Number) as number,
      findings: [],
    });
  });

  it('get a 404 with history: false, and findings too', async () => {
    const { url, monitor } = await start(adapter, { history: false });
    for (const path of ['history', 'events', 'findings'])
      expect((await fetch(`${url}/${path}`)).status).toBe(404);
    expect([await monitor.history(), monitor.findings()]).toEqual([undefined, undefined]);
  });
});
