import { CronJob } from 'cron';
import { describe, expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { measureCronJob } from './cron-job.js';
import { JobMetrics } from './job-metrics.js';

/** Like the query of knex, mongoose or drizzle: it runs each time it is awaited, and not before. */
class Query {
  runs = 0;

  constructor(private readonly run: () => Promise<unknown>) {}

  // oxlint-disable-next-line unicorn/no-thenable -- It is what this test is about.
  then(...handlers: Parameters<Promise<unknown>['then']>): Promise<unknown> {
    this.runs++;
    return this.run().then(...handlers);
  }

  catch(...handlers: Parameters<Promise<unknown>['catch']>): Promise<unknown> {
    return this.then(undefined, ...handlers);
  }
}

/** A measured job that is not started. */
function jobOf(onTick: () => unknown, waitForCompletion: boolean) {
  const registry = new TestRegistry();
  const options = { cronTime: '0 9 * * *', waitForCompletion, errorHandler: () => {} };
  const job = CronJob.from({ ...options, onTick: onTick as () => void });
  const measure = () => {
    const metrics = new JobMetrics({ registry, clock: () => 0 }, 'a');
    measureCronJob(job as never, { metrics, isDecorated: false });
  };
  const runs = async () => {
    const { counters, gauges } = await registry.read();
    const of = (outcome: string) => counters[`job_runs{job="a",outcome="${outcome}"}`];
    return { ok: of('ok'), error: of('error'), running: gauges['job_running{job="a"}'] };
  };
  /** As `cron` before 4.4 does without `waitForCompletion`: it calls the callbacks, and ignores their results. */
  const ignoreResults = (): void => {
    job.fireOnTick = () => {
      for (const callback of (job as never as { _callbacks: (() => unknown)[] })._callbacks) void callback();
      return Promise.resolve();
    };
  };
  return { job, measure, runs, ignoreResults };
}

/** Until everything that has settled has been handled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a cron job whose callback returns a query that runs when it is awaited', () => {
  it.each([[true], [false]])(
    'runs it once, and has its outcome, with waitForCompletion: %s',
    async (waitForCompletion) => {
      for (const [run, outcome] of [
        [() => Promise.resolve(), { ok: 1, error: 0, running: 0 }],
        [() => Promise.reject(new Error('no connection')), { ok: 0, error: 1, running: 0 }],
      ] as const) {
        const query = new Query(run);
        const { job, measure, runs } = jobOf(() => query, waitForCompletion);
        measure();
        await job.fireOnTick();
        await settled();
        expect(query.runs).toBe(1);
        expect(await runs()).toEqual(outcome);
      }
    },
  );

  it('does not run it if `cron` ignores it, and has ended at once', async () => {
    const query = new Query(() => Promise.resolve());
    const { job, measure, runs, ignoreResults } = jobOf(() => query, false);
    ignoreResults();
    measure();
    await job.fireOnTick();
    await settled();
    expect(query.runs).toBe(0);
    expect(await runs()).toEqual({ ok: 1, error: 0, running: 0 });
  });
});

describe('a cron job whose promise rejects', () => {
  it('has an unhandled rejection if `cron` ignores it, as without the monitor', async () => {
    const { job, measure, runs, ignoreResults } = jobOf(() => Promise.reject(new Error('nobody')), false);
    ignoreResults();
    measure();
    const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
    await job.fireOnTick();
    expect(await unhandled).toMatchObject({ message: 'nobody' });
    expect(await runs()).toEqual({ ok: 0, error: 1, running: 0 });
  });
});
