import { describe, expect, it } from 'vitest';
import { FindingsHandle } from '../../findings/findings.handle.js';
import type { StepEvent } from '../../history/history-document.js';
import { MonitorHistory } from '../../history/monitor-history.js';
import { NO_PROCESS_METRICS } from '../../instrumentation/runtime/process/process.collector.js';
import { MetricsRegistry } from '../../metrics/registry.js';
import { RegistrySource } from '../../metrics/source/registry-source.js';
import type { Answer } from '../streaming/answer.js';
import { EventStreams } from './event-streams.js';

/** The part of an answer that a stream uses. Its client reads an event when the test does. */
class FakeAnswer {
  isOver = false;
  private readonly callbacks: (() => void)[] = [];

  whenOver(callback: () => void): void {
    this.callbacks.push(callback);
  }

  close(): void {
    this.isOver = true;
    for (const callback of this.callbacks) callback();
  }
}

async function start() {
  const instance = { pid: 1, hostname: null, start_time: '', node_version: '', worker_id: null };
  const facts = () => ({ process: NO_PROCESS_METRICS(), instance, eventloop_blocks: [] });
  const registry = new MetricsRegistry({ warn: () => {} });
  const source = new RegistrySource(registry, facts);
  let now = 0;
  const clock = () => now;
  const time = { monotonic: clock, wall: clock, sinceBoot: clock };
  const sink = { failure: () => {}, recovery: () => {} };
  const history = new MonitorHistory(source, { minutes: 60, series: 300 }, sink, time);
  await history.begin();
  const steps = async (count: number) => {
    for (let i = 0; i < count; i++) {
      now += 1000;
      await history.readStep();
    }
  };
  const streams = new EventStreams(new FindingsHandle());
  const open = (after?: number) => {
    const answer = new FakeAnswer();
    return { answer, events: streams.events(answer as unknown as Answer, history, after) };
  };
  return { registry, history, streams, steps, open };
}

type Stream = AsyncGenerator<Buffer, void, undefined>;

/** The step that a client gets next. */
async function stepFrom(events: Stream): Promise<StepEvent> {
  const { value } = await events.next();
  return JSON.parse(/^data: (.*)$/m.exec(String(value))?.[1] ?? '{}') as StepEvent;
}

/** The totals in the steps that a client gets up to a step. */
async function totalsUntil(events: Stream, sequence: number): Promise<number[]> {
  const totals: number[] = [];
  for (;;) {
    const step = await stepFrom(events);
    totals.push(...totalsIn(step));
    if (step.sequence === sequence) return totals;
  }
}

function totalsIn({ values }: StepEvent): number[] {
  return values.flatMap(([, figure, value]) => (figure === 'total' ? [value] : []));
}

describe('event streams', () => {
  it('disconnect a client that does not read, and no other', async () => {
    const { steps, open } = await start();
    const [slow, quick] = [open(), open()];
    await slow.events.next();
    await quick.events.next();
    const taken: string[] = [];
    const taking = (async () => {
      for await (const event of quick.events) taken.push(event.toString());
    })();
    await steps(60);
    await new Promise(setImmediate);
    expect([slow.answer.isOver, quick.answer.isOver]).toEqual([true, false]);
    expect(taken).toHaveLength(66);
    quick.answer.close();
    await taking;
  });

  it('encode a step once for all clients', async () => {
    const { steps, open } = await start();
    const clients = [open(), open(), open()];
    for (const { events } of clients) await events.next();
    const next = clients.map(({ events }) => events.next());
    await steps(1);
    const chunks = (await Promise.all(next)).map(({ value }) => value);
    expect(chunks[0]).toBeInstanceOf(Buffer);
    expect(chunks[1]).toBe(chunks[0]);
    expect(chunks[2]).toBe(chunks[0]);
  });

  it('send all totals to a client that reads a step slowly while others come', async () => {
    const { registry, history, steps, open } = await start();
    registry.count('orders');
    await steps(8);
    const { events } = open();
    await events.next();
    const next = stepFrom(events);
    await steps(1);
    await next;
    // Of the two steps that end now, it reads the one of a second.
    await steps(1);
    registry.count('orders');
    expect(await stepFrom(events)).toMatchObject({ step: 1 });
    await steps(2);
    expect(await totalsUntil(events, history.sequence)).toEqual([2]);
  });

  it.each([2, 12])(
    'send no step of %i after a series was removed, whose index other series have now',
    async (behind) => {
      const { registry, history, steps, open } = await start();
      for (const tenant of ['x', 'y']) registry.count('orders', 1, { tenant });
      await steps(1);
      const after = history.sequence;
      await steps(behind);
      const { events } = open(after);
      await events.next();
      expect(await stepFrom(events)).toMatchObject({ step: 1 });
      registry.remove('orders', { tenant: 'x' });
      await steps(1);
      const { sequence } = history;
      expect(await stepFrom(events)).toEqual({ reason: 'series', sequence });
      // It is told once.
      const next = stepFrom(events);
      await steps(1);
      expect(await next).toMatchObject({ step: 1, sequence: sequence + 1 });
    },
  );

  it.each([1, 2, 5, 10, 20])('a client that was %i steps behind has all totals', async (behind) => {
    const { registry, history, steps, open } = await start();
    registry.count('orders');
    await steps(1);
    const { events } = open();
    await events.next();
    const next = stepFrom(events);
    registry.count('orders');
    await steps(1);
    expect(totalsIn(await next)).toEqual([2]);
    // The total changes in the first of the steps in which the client does not read.
    registry.count('orders');
    await steps(behind);
    expect(await totalsUntil(events, history.sequence)).toEqual([3]);
    // Then only those that change.
    const last = stepFrom(events);
    await steps(1);
    expect(totalsIn(await last)).toEqual([]);
  });
});
