import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { PrometheusExporter } from '../../exporters/prometheus/prometheus.exporter.js';
import { TEXT } from '../../exporters/prometheus/text-format.js';
import { RegistrySource } from '../../metrics/source/registry-source.js';
import { noFacts } from '../../processes/group/no-facts.js';
import { ReadLimiter } from './read-limiter.js';
import { Scrapes } from './scrapes.js';

it('a scrape whose numbers cannot be read fails alone: nothing rejects unhandled, and the next scrape has a slot', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  onTestFinished(() => void process.off('unhandledRejection', onUnhandled));
  const source = new RegistrySource(new TestRegistry(), () => noFacts(process.pid, null));
  const limiter = new ReadLimiter();
  let failure: Error | undefined = new Error('ENOSPC');
  const failing = {
    latest: () => source.latest(),
    now: () => (failure === undefined ? source.now() : Promise.reject(failure)),
    window: (reader: string) => source.window(reader),
  };
  const scrapes = new Scrapes(new PrometheusExporter(failing), limiter);
  const results = await Promise.allSettled([scrapes.scrape(TEXT, 'a'), scrapes.scrape(TEXT, 'b')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  // Node reports an unhandled rejection after the microtasks that follow it.
  await setImmediate();
  expect(unhandled).toEqual([]);
  expect(limiter.used).toEqual({ reads: 0, documents: 0 });
  failure = undefined;
  expect(await scrapes.scrape(TEXT, 'a')).toBeDefined();
});
