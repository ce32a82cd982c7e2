import { describe, expect, it } from 'vitest';
import { inSlices } from '../../common/slices.js';
import { Acknowledged } from './acknowledged.js';

/** The totals for another process that sends after this one. */
async function totalsOf(acknowledged: Acknowledged): Promise<[string, number][]> {
  const lines = (await inSlices(acknowledged.read())).split('\n');
  return lines.map((line) => JSON.parse(line) as [string, number]);
}

describe('the totals that were sent', () => {
  const publish = (acknowledged: Acknowledged, totals: Record<string, number>) => {
    const growth = Object.fromEntries(
      Object.entries(totals).map(([series, total]) => [series, acknowledged.growthOf(series, total)]),
    );
    for (const [series, total] of Object.entries(totals)) acknowledged.gotTotal(series, total);
    acknowledged.closeIntervals();
    return growth;
  };

  it('are remembered for any number of publishes, and over an absence of 500', async () => {
    const acknowledged = new Acknowledged();
    publish(acknowledged, { always: 1, sometimes: 5 });
    for (let n = 2; n < 500; n++) expect(publish(acknowledged, { always: n })).toEqual({ always: 1 });
    expect(publish(acknowledged, { always: 500, sometimes: 6 })).toEqual({ always: 1, sometimes: 1 });
    for (let n = 501; n < 3000; n++) expect(publish(acknowledged, { always: n })).toEqual({ always: 1 });
    expect(new Map(await totalsOf(acknowledged))).toEqual(new Map([['always', 2999]]));
    const next = new Acknowledged();
    await inSlices(next.restore(await inSlices(acknowledged.read())));
    expect(publish(next, { always: 3005 })).toEqual({ always: 6 });
  });

  it('count for a series of this process too, when another process has sent them', async () => {
    const next = new Acknowledged();
    await inSlices(next.restore(JSON.stringify(['jobs', 30])));
    const series = {};
    expect(next.growthOf('jobs', 32, series)).toBe(2);
    next.gotTotal('jobs', 32, series);
    expect(next.growthOf('jobs', 33, series)).toBe(1);
    // The group is merged again, so that no series has an identity.
    expect(next.growthOf('jobs', 33)).toBe(1);
    expect(next.growthOf('jobs', 33, {})).toBe(33);
    expect(await totalsOf(next)).toEqual([['jobs', 32]]);
  });

  it('of series that come and go take no more and more memory', async () => {
    const acknowledged = new Acknowledged();
    for (let n = 0; n < 5000; n++) publish(acknowledged, { [`session ${n}`]: 1 });
    expect((await totalsOf(acknowledged)).length).toBeLessThanOrEqual(1000);
  });
});
