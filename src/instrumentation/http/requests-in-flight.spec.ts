import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { HTTP_IN_FLIGHT, RequestsInFlight } from './requests-in-flight.js';

describe('RequestsInFlight', () => {
  let registry: TestRegistry;
  let inFlight: RequestsInFlight;

  const read = async () => {
    const { gauges, min_gauges, max_gauges } = await registry.read();
    return [gauges[HTTP_IN_FLIGHT], min_gauges[HTTP_IN_FLIGHT], max_gauges[HTTP_IN_FLIGHT]];
  };

  beforeEach(() => {
    registry = new TestRegistry();
    inFlight = new RequestsInFlight(registry);
  });

  it('says how many there are, and the fewest and most that there were since the last look', async () => {
    for (let i = 0; i < 5; i++) inFlight.more();
    for (let i = 0; i < 3; i++) inFlight.less();
    expect(await read()).toEqual([2, 1, 5]);
    inFlight.less();
    inFlight.more();
    expect(await read()).toEqual([2, 1, 2]);
  });

  it.each(['++', '--', '+-', '-+', '++--+', '--++-', '+-+-', '-+++--', '+++-'])(
    'has the extremes of %s since the last look',
    async (changes) => {
      for (let i = 0; i < 5; i++) inFlight.more();
      await read();
      let open = 5;
      const seen = changes.split('').map((change) => {
        if (change === '+') inFlight.more();
        else inFlight.less();
        return (open += change === '+' ? 1 : -1);
      });
      expect(await read()).toEqual([open, Math.min(...seen), Math.max(...seen)]);
    },
  );

  it('has no extremes where there was no change', async () => {
    expect(await read()).toEqual([0, undefined, undefined]);
    inFlight.more();
    await read();
    expect(await read()).toEqual([1, undefined, undefined]);
  });
});
