import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MonitorModule } from '../src/index.js';
import { startApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { environment, linesOf } from './support/scripts.js';

const JEST = join(dirname(createRequire(import.meta.url).resolve('jest')), '../bin/jest.js');
const JEST_TESTS = fileURLToPath(new URL('scripts/jest', import.meta.url));

/** What `realTicks()` of `scripts/real-ticks.mjs` found, in seconds. */
interface Measured {
  calls: number;
  seconds: number;
  ticks: number;
  latest: number;
  earliest: number;
  longest: number;
  shortest: number;
}

describe.each(['before', 'after'])('fake timers that are installed %s the application starts', (when) => {
  it.each(['node:test', 'Sinon'])(
    'of %s run to their end, and the event loop is measured in real time',
    async (tool) => {
      const [line] = await linesOf('fake-timers.mjs', [tool, when], process.execPath, ['--no-warnings']);
      const { calls, seconds, ticks, latest, earliest, longest, shortest } = line as Measured;
      expect(calls).toBe(1);
      // One tick in a millisecond: an hour on the fake clock would be 3,600,000.
      expect(ticks).toBeLessThanOrEqual(1000 * seconds);
      expect(latest).toBeLessThanOrEqual(seconds);
      expect(earliest).toBeGreaterThanOrEqual(-0.001);
      expect(longest).toBeLessThanOrEqual(seconds);
      expect(shortest).toBeGreaterThanOrEqual(0);
    },
  );

  it('of Vitest run to their end, and the event loop is measured in real time', async () => {
    const start = performance.now();
    const now = performance.now.bind(performance);
    onTestFinished(() => void vi.useRealTimers());
    const startIt = () => startApp('fastify', { imports: [MonitorModule.forRoot({ measureInterval: 1 })] });
    if (when === 'before') vi.useFakeTimers();
    const running = await startIt();
    if (when === 'after') vi.useFakeTimers();
    let calls = 0;
    setTimeout(() => calls++, 60_000);
    vi.advanceTimersByTime(3_600_000);
    await vi.runOnlyPendingTimersAsync();
    expect(calls).toBe(1);
    vi.useRealTimers();
    const { callbacks = 0 } = (await running.document()).counters;
    await eventually(async () =>
      expect((await running.document()).counters.callbacks).toBeGreaterThan(callbacks + 2),
    );
    const { counters, max_gauges } = await running.document('/monitor?reader=all');
    expect(counters.callbacks).toBeLessThanOrEqual(now() - start);
    expect(max_gauges.ioloop_excess_callback_latency).toBeLessThanOrEqual((now() - start) / 1000);
  });
});

it('fake timers of Jest run to their end, and the event loop is measured in real time', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      JEST,
      '--rootDir',
      JEST_TESTS,
      '--json',
      '--runInBand',
      'fake-timers',
    ],
    { env: environment() },
  );
  const { numPassedTests, numTotalTests } = JSON.parse(stdout) as Record<string, number>;
  expect([numPassedTests, numTotalTests]).toEqual([2, 2]);
});
