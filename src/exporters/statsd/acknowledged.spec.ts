import { describe, expect, it } from 'vitest';
import { Acknowledged } from './acknowledged.js';

describe('the totals that were sent', () => {
  const publish = (acknowledged: Acknowledged, totals: Record<string, number>) => {
    const growth = Object.fromEntries(
      Object.entries(totals).map(([series, total]) => [series, acknowledged.growthOf(series, total)]),
    );
    for (const [series, total] of Object.entries(totals)) acknowledged.gotTotal(series, total);
    acknowledged.closeIntervals();
    return growth;
  };

  it('are remembered for any number of publishes, and over an absence of 500', () => {
    const acknowledged = new Acknowledged();
    publish(acknowledged, { always: 1, sometimes: 5 });
    for (let n = 2; n < 500; n++) expect(publish(acknowledged, { always: n })).toEqual({ always: 1 });
    expect(publish(acknowledged, { always: 500, sometimes: 6 })).toEqual({ always: 1, sometimes: 1 });
    for (let n = 501; n < 3000; n++) expect(publish(acknowledged, { always: n })).toEqual({ always: 1 });
    expect(new Map(JSON.parse(acknowledged.read()) as [string, number][])).toEqual(
      new Map([['always', 2999]]),
    );
  });

  it('of series that come and go take no more and more memory', () => {
    const acknowledged = new Acknowledged();
    for (let n = 0; n < 5000; n++) publish(acknowledged, { [`session ${n}`]: 1 });
    expect((JSON.parse(acknowledged.read()) as unknown[]).length).toBeLessThanOrEqual(1000);
  });
});
