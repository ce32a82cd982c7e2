import { describe, expect, it } from 'vitest';
import { present } from '../../../test/support/present.js';
import { TestRegistry } from '../../../test/support/registry.js';
import { Gauge } from '../gauge.js';
import { FunctionGauges } from './function-gauges.js';
import type { GaugeFunctionOptions } from './gauge-function.js';

const NO_REFUSALS = { name: 'mails', refuse: () => {}, refuseExemplar: () => {} };

/** A gauge whose function returns promises, with a clock that the test sets. */
function mails(options?: GaugeFunctionOptions) {
  let now = 0;
  const calls: PromiseWithResolvers<number>[] = [];
  const mistakes: string[] = [];
  const ages: Record<string, number> = {};
  const gauges = new FunctionGauges({
    reject: (_name, _describe, mistake) => void mistakes.push(mistake),
    ages: { set: (gauge, age) => (ages[gauge] = age), remove: (gauge) => delete ages[gauge] },
    clock: () => now,
  });
  const gauge = new Gauge(NO_REFUSALS, '{state="new"}');
  const read = () => {
    const call = withResolvers();
    calls.push(call);
    return call.promise;
  };
  gauges.add(gauge, 'mails', read, options);
  return {
    gauge,
    gauges,
    calls,
    mistakes,
    ages,
    /** Refreshes the gauges as a read does, this many milliseconds later. */
    refreshAfter: (ms: number) => {
      now += ms;
      const work = gauges.refresh();
      while (work.next().done !== true) {
        // Until all are refreshed.
      }
    },
  };
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

function withResolvers(): PromiseWithResolvers<number> {
  let settle: Pick<PromiseWithResolvers<number>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<number>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...present(settle) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const AGE = 'mails{state="new"}';

describe('a gauge whose function returns a promise', () => {
  it('has no value until the promise is resolved, and keeps it until the next is', async () => {
    const { gauge, calls, ages, refreshAfter } = mails();
    refreshAfter(0);
    expect(gauge.value).toBeNaN();
    calls[0]?.resolve(7);
    await settled();
    expect(gauge.value).toBe(7);
    refreshAfter(5000);
    expect(gauge.value).toBe(7);
    expect(ages).toEqual({ [AGE]: 5 });
    calls[1]?.resolve(8);
    await settled();
    expect(gauge.value).toBe(8);
    refreshAfter(100);
    expect(ages).toEqual({ [AGE]: 0.1 });
  });

  it('has an age since it was created, as long as it has no value', () => {
    const { ages, refreshAfter } = mails();
    refreshAfter(2000);
    expect(ages).toEqual({ [AGE]: 2 });
  });

  it('is not called again while a call is under way, nor more often than its interval says', async () => {
    const { calls, refreshAfter } = mails({ interval: 3000 });
    refreshAfter(0);
    refreshAfter(5000);
    expect(calls).toHaveLength(1);
    calls[0]?.resolve(1);
    await settled();
    refreshAfter(0);
    expect(calls).toHaveLength(2);
    calls[1]?.resolve(1);
    await settled();
    refreshAfter(2999);
    expect(calls).toHaveLength(2);
    refreshAfter(1);
    expect(calls).toHaveLength(3);
  });

  it('keeps its value when the promise is rejected or resolved with no number, which is counted', async () => {
    const { gauge, calls, mistakes, ages, refreshAfter } = mails();
    refreshAfter(0);
    calls[0]?.resolve(7);
    await settled();
    refreshAfter(1000);
    calls[1]?.reject(new Error('no database'));
    await settled();
    expect(gauge.value).toBe(7);
    expect(mistakes).toEqual(['gauge function rejected']);
    refreshAfter(1000);
    calls[2]?.resolve('7' as never);
    await settled();
    refreshAfter(1000);
    expect(gauge.value).toBe(7);
    expect(ages).toEqual({ [AGE]: 3 });
  });

  it('gives a promise up after its time-out, and ignores what it resolves to later', async () => {
    const { gauge, calls, mistakes, refreshAfter } = mails({ timeout: 2000 });
    refreshAfter(0);
    refreshAfter(1999);
    expect(calls).toHaveLength(1);
    refreshAfter(1);
    expect(mistakes).toEqual(['gauge function timed out']);
    expect(calls).toHaveLength(2);
    calls[0]?.resolve(1);
    await settled();
    expect(gauge.value).toBeNaN();
    calls[1]?.resolve(2);
    await settled();
    expect(gauge.value).toBe(2);
  });

  it('is not called any more when it is removed, and has no age', () => {
    const { gauge, gauges, calls, ages, refreshAfter } = mails();
    refreshAfter(0);
    gauges.remove(gauge);
    refreshAfter(20_000);
    expect(calls).toHaveLength(1);
    expect(ages).toEqual({});
  });

  it.each<[string, (registry: TestRegistry) => unknown]>([
    ['remove()', (registry) => registry.remove('mails', { tenant: 'a' })],
    ['clear()', (registry) => registry.clear('mails')],
  ])('stays removed by %s when a promise that was pending is resolved', async (_how, remove) => {
    const registry = new TestRegistry();
    const { promise, resolve } = withResolvers();
    registry.gaugeFrom('mails', () => promise, { tenant: 'a' });
    await registry.read();
    remove(registry);
    resolve(7);
    await settled();
    expect((await registry.read()).gauges).toEqual({});
    expect(registry.remove('mails', { tenant: 'a' })).toBe(false);
  });

  it.each<[string, (value: number) => unknown]>([
    ['a number', (value) => value],
    ['a promise', (value) => Promise.resolve(value)],
  ])('stays removed by its own function, which then returns %s', async (_what, returned) => {
    const registry = new TestRegistry();
    const read = () => {
      registry.remove('mails');
      return returned(7) as number;
    };
    registry.gaugeFrom('mails', read);
    await registry.read();
    await settled();
    expect((await registry.read()).gauges).toEqual({});
  });

  it('stays removed when it is removed within a read that has not come to it', () => {
    const { gauge, gauges, calls, ages } = mails();
    const second = new Gauge(NO_REFUSALS, '');
    gauges.add(second, 'others', () => 1);
    const work = gauges.refresh();
    work.next();
    gauges.remove(gauge);
    gauges.remove(second);
    while (work.next().done !== true);
    expect(second.value).toBeNaN();
    expect([calls.length, ages]).toEqual([1, {}]);
  });

  it('gets no value of a function that was replaced, and no age when the new one returns numbers', async () => {
    const { gauge, gauges, calls, ages, refreshAfter } = mails();
    refreshAfter(0);
    gauges.add(gauge, 'mails', () => 2);
    refreshAfter(0);
    calls[0]?.resolve(1);
    await settled();
    expect(gauge.value).toBe(2);
    expect(ages).toEqual({});
  });

  it('never delays a read, and is in the document with its age', async () => {
    const registry = new TestRegistry();
    const { promise, resolve } = withResolvers();
    registry.gaugeFrom('mails', () => promise);
    expect(Object.keys((await registry.read()).gauges)).toEqual(['monitor_gauge_age{gauge="mails"}']);
    resolve(7);
    await settled();
    const { gauges } = await registry.read();
    expect(gauges.mails).toBe(7);
    expect(gauges['monitor_gauge_age{gauge="mails"}']).toBeGreaterThan(0);
  });

  it('counts its rejections, and logs the first', async () => {
    const registry = new TestRegistry();
    let calls = 0;
    // The last one never ends: a rejection may arrive during the read that called the function.
    const read = () => (++calls > 3 ? withResolvers().promise : Promise.reject(new Error('no database')));
    registry.gaugeFrom('mails', read, undefined, { interval: 0 });
    for (let i = 0; i < 3; i++) {
      await registry.read();
      await settled();
    }
    expect((await registry.read()).counters.monitor_rejected_samples).toBe(3);
    expect(registry.warnings).toEqual([
      expect.stringContaining("The promise of the gauge 'mails' was rejected: Error: no database."),
    ]);
  });

  it.each([
    { timeout: '5s' as never },
    {
      get timeout(): number {
        throw new Error('hostile');
      },
    },
  ])('has the defaults if its options are invalid, which is logged (%#)', async (options) => {
    const registry = new TestRegistry();
    registry.gaugeFrom('mails', () => Promise.resolve(1), undefined, options);
    await registry.read();
    await settled();
    expect((await registry.read()).gauges.mails).toBe(1);
    expect(registry.warnings).toEqual([expect.stringContaining('"timeout" and "interval" are numbers')]);
  });
});
