import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { MonitorOptions } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ENDPOINT, Player } from './mutornadomon/player.js';
import type { Outcome } from './mutornadomon/recording.js';
import { expectedOf, recording } from './mutornadomon/recording.js';
import { ADAPTERS, startApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { present } from './support/present.js';
import { NEEDS_LINUX } from './support/tools.js';

const STEPS = recording.sections.flatMap(({ steps }) => steps);

/** The counters after steps with these outcomes, and after the request for the document itself. */
function totals(outcomes: Outcome[]): object {
  const counts = [...outcomes.map((outcome) => outcome.counts), [1, 1, 1]];
  const [requests, localhost_requests, private_requests] = [0, 1, 2].map((index) =>
    counts.reduce((sum, count) => sum + present(count[index]), 0),
  );
  return { requests, localhost_requests, private_requests };
}

describe('the recorded run of µtornadomon', () => {
  it('has a document whose counters are those of all steps and of the request for the document', () => {
    for (const { counters } of Object.values(recording.documents)) {
      expect(counters).toMatchObject(totals(STEPS.map(({ recorded }) => recorded)));
    }
  });

  it('has a reason for each difference of our counts or answers', () => {
    for (const step of STEPS) {
      const outcomes = ADAPTERS.map((adapter) => expectedOf(step, adapter));
      const alike = JSON.stringify(step.sends).toLowerCase().includes(ENDPOINT)
        ? outcomes.every((outcome) => isDeepStrictEqual(outcome, step.recorded))
        : outcomes.every(({ counts }) => isDeepStrictEqual(counts, step.recorded.counts));
      expect(step.why === undefined, step.step).toBe(alike);
    }
  });
});

describe.each(ADAPTERS)('the recorded steps of µtornadomon, on %s', (adapter) => {
  describe.each<[string, MonitorOptions]>([
    ['with the interceptor', {}],
    ['without the interceptor', { interceptor: false }],
  ])('%s', (_name, options) => {
    it.each(recording.sections.map(({ title, steps }) => [title, steps] as const))(
      'gives the recorded result of %s, or one with a documented difference',
      async (_title, steps) => {
        const player = await Player.start(adapter, options);
        const played: object[] = [];
        for (const step of steps) played.push({ step: step.step, ...(await player.play(step)) });
        expect(played).toEqual(steps.map((step) => ({ step: step.step, ...expectedOf(step, adapter) })));
      },
    );
  });

  it('adds up to the same three counters in the document, which counts the request for it', async () => {
    const player = await Player.start(adapter);
    for (const step of STEPS) await player.play(step);
    expect((await player.document()).counters).toMatchObject(
      totals(STEPS.map((step) => expectedOf(step, adapter))),
    );
  });
});

/** Here, it is the mean over the iterations since the last read, and may have a fraction; in µtornadomon, it was one count. */
const MEANS = ['gauges', 'max_gauges', 'min_gauges'].map((section) => `${section}.ioloop_pending_callbacks`);

/** Every number by the path of its keys, as a collector flattens a document. */
function flatten(value: unknown, at: string[] = []): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [[at.join('.'), value]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, [...at, key]));
}

describe.each(ADAPTERS)('a collector made for µtornadomon, on %s', (adapter) => {
  async function start() {
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot({ path: ENDPOINT })] });
    const monitor = running.app.get(MonitorService);
    // The gauges of the event loop exist from its first tick on, as in µtornadomon.
    await eventually(async () => expect((await monitor.metrics()).counters.callbacks).toBeGreaterThan(0));
    return { monitor, document: () => running.document(`/${ENDPOINT}`) };
  }

  // Where there is no /proc, num_fds, vsz_bytes and num_threads are null.
  it.skipIf(NEEDS_LINUX.isMissing).each(Object.entries(recording.documents))(
    `finds every number of the document of %s in its place, an integer where it was one${NEEDS_LINUX.reason}`,
    async (_version, recorded) => {
      const { document } = await start();
      const found = new Map(flatten(await document()));
      for (const [at, value] of flatten(recorded)) {
        expect(found.get(at), at).toBeTypeOf('number');
        if (Number.isInteger(value) && !MEANS.includes(at))
          expect(found.get(at), at).toSatisfy(Number.isInteger);
      }
    },
  );

  it('reads bytes and seconds', async () => {
    const { document } = await start();
    const before = { ...process.cpuUsage(), rss: process.memoryUsage.rss(), uptime: process.uptime() };
    const { uptime, meminfo, cpu } = (await document()).process;
    const after = { ...process.cpuUsage(), uptime: process.uptime() };
    // The process is a little older than Node in it.
    expect(uptime).toBeGreaterThanOrEqual(before.uptime);
    expect(uptime).toBeLessThan(after.uptime + 60);
    expect(meminfo.rss_bytes).toBeGreaterThan(before.rss / 2);
    expect(meminfo.rss_bytes).toBeLessThan(before.rss * 2);
    expect(meminfo.vsz_bytes ?? Infinity).toBeGreaterThan(before.rss / 2);
    expect(cpu.user_time).toBeGreaterThanOrEqual(before.user / 1e6);
    expect(cpu.user_time).toBeLessThanOrEqual(after.user / 1e6);
    expect(cpu.system_time).toBeGreaterThanOrEqual(before.system / 1e6);
    expect(cpu.system_time).toBeLessThanOrEqual(after.system / 1e6);
  });

  it('reads in seconds how long the event loop was busy, and how late it made a tick', async () => {
    const earliest = performance.now();
    const { monitor, document } = await start();
    const begin = performance.now();
    const before = await document();
    const busyUntil = performance.now() + 300;
    while (performance.now() < busyUntil);
    await eventually(async () =>
      expect((await monitor.metrics()).counters.callbacks).toBeGreaterThan(
        present(before.counters.callbacks) + 1,
      ),
    );
    const after = await document();
    const seconds = (performance.now() - begin) / 1000;
    const busy = present(after.counters.callback_duration) - present(before.counters.callback_duration);
    expect(busy).toBeGreaterThan(0.29);
    expect(busy).toBeLessThanOrEqual(seconds);
    // The tick was due 100 ms after the one before, at some time while the loop was busy.
    expect(after.max_gauges.ioloop_excess_callback_latency).toBeGreaterThan(0.19);
    expect(after.max_gauges.ioloop_excess_callback_latency).toBeLessThanOrEqual(
      (performance.now() - earliest) / 1000,
    );
    // A timer of Node may be a millisecond early.
    expect(present(after.counters.callbacks) - present(before.counters.callbacks)).toBeLessThanOrEqual(
      seconds / 0.099 + 1,
    );
  });

  it('gets the highest and lowest value since its last read, independently of a publisher', async () => {
    let published = 0;
    const publisher = (): void => void published++;
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot({ path: ENDPOINT, publisher, publishInterval: 20 })],
    });
    const monitor = running.app.get(MonitorService);
    await running.document(`/${ENDPOINT}`);
    for (const value of [3, 9, 4]) monitor.kv('queue', value);
    const before = published;
    await eventually(() => expect(published).toBeGreaterThan(before + 1));
    const { gauges, max_gauges, min_gauges } = await running.document(`/${ENDPOINT}`);
    expect([min_gauges.queue, gauges.queue, max_gauges.queue]).toEqual([3, 4, 9]);
    const again = await running.document(`/${ENDPOINT}`);
    expect(again.gauges).toHaveProperty('queue', 4);
    expect(again.max_gauges).not.toHaveProperty('queue');
    expect(again.min_gauges).not.toHaveProperty('queue');
  });
});
