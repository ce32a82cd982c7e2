import { expect } from 'vitest';
import { MonitorHistory } from '../../src/history/monitor-history.js';
import { NO_PROCESS_METRICS } from '../../src/instrumentation/runtime/process/process.collector.js';
import { MetricsRegistry } from '../../src/metrics/registry.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';

/** Half past eleven, in the middle of a step of 10 s. */
export const START = Date.parse('2026-01-31T11:30:05Z');

/** A history whose steps and clocks are controlled by the test. */
export async function startHistory({
  series = 300,
  minutes = 60,
  before = (_registry: MetricsRegistry): void => {},
} = {}) {
  const clock = { monotonic: 1000, wall: START, sinceBoot: 5000 };
  const registry = new MetricsRegistry({ warn: () => {} });
  before(registry);
  const instance = { pid: 1, hostname: null, start_time: '', node_version: '', worker_id: null };
  const process = NO_PROCESS_METRICS();
  const facts = () => ({ process, instance, eventloop_blocks: [] });
  const source = new RegistrySource(registry, facts);
  const failures: string[] = [];
  const sink = { failure: (text: string) => failures.push(text), recovery: () => {} };
  const history = new MonitorHistory(source, { series, minutes }, sink, {
    monotonic: () => clock.monotonic,
    wall: () => clock.wall,
    sinceBoot: () => clock.sinceBoot,
  });
  const pass = (ms: number) => {
    clock.monotonic += ms;
    clock.wall += ms;
    clock.sinceBoot += ms;
  };
  const step = async (ms = 1000) => {
    pass(ms);
    await history.readStep();
    expect(failures).toEqual([]);
  };
  const steps = async (count: number) => {
    for (let i = 0; i < count; i++) await step();
  };
  await history.begin();
  return { registry, process, source, history, clock, pass, step, steps };
}
