import { describe, expect, it } from 'vitest';
import { FindingsHandle } from '../../findings/findings.handle.js';
import { MonitorHistory } from '../../history/monitor-history.js';
import { NO_PROCESS_METRICS } from '../../instrumentation/runtime/process/process.collector.js';
import { MetricsRegistry } from '../../metrics/registry.js';
import { RegistrySource } from '../../metrics/source/registry-source.js';
import type { Answer } from '../streaming/answer.js';
import { EventStreams } from './event-streams.js';

/** What a stream uses of an answer, with a client that takes events when the test does. */
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
  const source = new RegistrySource(new MetricsRegistry({ warn: () => {} }), facts);
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
  const open = () => {
    const answer = new FakeAnswer();
    return { answer, events: streams.events(answer as unknown as Answer, history) };
  };
  return { history, streams, steps, open };
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
});
