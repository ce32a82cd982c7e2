import { Logger } from '@nestjs/common';
import { expect, it, onTestFinished } from 'vitest';
import { MonitorHistory } from '../history/monitor-history.js';
import { NO_PROCESS_METRICS } from '../instrumentation/runtime/process/process.collector.js';
import { MetricsRegistry } from '../metrics/registry.js';
import { RegistrySource } from '../metrics/source/registry-source.js';
import { loadFindings } from './load-findings.js';

it('a logger that throws affects neither the findings nor the history', async () => {
  const fail = () => {
    throw new Error('The log is closed.');
  };
  Logger.overrideLogger({ log: fail, warn: fail, error: fail });
  onTestFinished(() => Logger.overrideLogger(['fatal', 'error', 'warn', 'log']));
  const instance = { pid: 1, hostname: null, start_time: '', node_version: '', worker_id: null };
  const full = { ...NO_PROCESS_METRICS(), num_fds: 990, max_fds: 1000, uptime: 60 };
  const facts = () => ({ process: full, instance, eventloop_blocks: [] });
  const source = new RegistrySource(new MetricsRegistry({ warn: () => {} }), facts);
  const failures: string[] = [];
  const sink = { failure: (text: string) => failures.push(text), recovery: () => {} };
  let now = 0;
  const clock = () => now;
  const time = { monotonic: clock, wall: clock, sinceBoot: clock };
  const history = new MonitorHistory(source, { minutes: 60, series: 300 }, sink, time);
  const findings = await loadFindings(history, source, () => false);
  await history.begin();
  for (let i = 0; i < 40; i++) {
    now += 1000;
    await history.readStep();
  }
  expect(findings.findings.map(({ rule }) => rule)).toEqual(['descriptors']);
  expect(failures).toEqual([]);
});
