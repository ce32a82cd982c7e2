import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MonitorModule } from '../src/index.js';
import { startApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { linesOf } from './support/scripts.js';

describe.each(['before', 'after'])('fake timers that are installed %s the application starts', (when) => {
  it('of node:test end when they are moved, and do not tick the monitor', async () => {
    const [line] = await linesOf('fake-timers.mjs', ['node:test', when], process.execPath, ['--no-warnings']);
    const { called, callbacks } = line as { called: number; callbacks: number };
    expect(called).toBe(1);
    // An hour on the fake clock, ten ticks in each second of it, would be 36,000.
    expect(callbacks).toBeLessThan(10_000);
  });

  it('of Vitest end when they are moved, and the event loop is measured in real time all the while', async () => {
    const fake = () => vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const start = () => startApp('fastify', { imports: [MonitorModule.forRoot({ measureInterval: 1 })] });
    if (when === 'before') fake();
    const running = await start();
    if (when === 'after') fake();
    let called = 0;
    setTimeout(() => called++, 60_000);
    vi.advanceTimersByTime(3_600_000);
    expect(called).toBe(1);
    await vi.runOnlyPendingTimersAsync();
    vi.useRealTimers();
    const { callbacks } = (await running.document()).counters;
    expect(callbacks).toBeLessThan(1_000_000);
    await eventually(async () =>
      expect((await running.document()).counters.callbacks).toBeGreaterThan(callbacks ?? 0),
    );
  });
});
