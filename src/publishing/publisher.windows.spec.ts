import { expect, it } from 'vitest';
import { present } from '../../test/support/present.js';
import { TestRegistry } from '../../test/support/registry.js';
import { CallContext } from '../common/call-context.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import type { DocumentFacts } from '../metrics/collection/snapshot.js';
import type { WindowPublisher } from '../metrics/publisher.js';
import { PUBLISH_WINDOW } from '../metrics/publisher.js';
import { RegistrySource } from '../metrics/source/registry-source.js';
import { PublisherRunner } from './publisher.runner.js';
import { PublisherWindows } from './publisher.windows.js';

it('a window that was sent is not sent again when saving what was sent takes longer than the timeout', async () => {
  const registry = new TestRegistry();
  const saves: (() => void)[] = [];
  const pushed = {
    load: () => Promise.resolve(undefined),
    save: () => new Promise<void>((resolve) => void saves.push(resolve)),
  };
  const source = Object.assign(new RegistrySource(registry, () => ({}) as DocumentFacts), { pushed });
  let sent = 0;
  const publisher: WindowPublisher = {
    publish: () => {},
    [PUBLISH_WINDOW]: (view) => {
      sent += view.intervalOf(present(view.histograms.family('wait')?.plain)).count;
    },
    sentSoFar: {
      *read() {
        yield;
        return '';
      },
      *restore() {},
    },
  };
  const windows = new PublisherWindows(source, new MetricsReader(source), new CallContext());
  const failures: unknown[] = [];
  const runner = new PublisherRunner({
    prepare: () => windows.open(publisher, 'publisher:1'),
    timedOut: () => new Error('too slow'),
    onSuccess: () => {},
    onFailure: (thrown) => void failures.push(thrown),
    onSkip: () => {},
  });
  registry.observe('wait', 1);
  runner.publish(1);
  await expect.poll(() => failures).toEqual([new Error('too slow')]);
  await expect.poll(() => saves.length).toBe(1);
  present(saves[0])();
  registry.observe('wait', 2);
  const finished = runner.finish(60_000);
  await expect.poll(() => saves.length).toBe(2);
  present(saves[1])();
  await finished;
  expect(sent).toBe(2);
});
