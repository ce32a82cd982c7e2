import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { EndedRequests } from './ended-requests.js';
import type { RequestSeries } from './http-series.js';
import { HttpSeries } from './http-series.js';

describe('EndedRequests', () => {
  let ended: EndedRequests;
  let cats: RequestSeries;
  let dogs: RequestSeries;
  let taken: [RequestSeries, number][];

  const take = (series: RequestSeries, seconds: number): void => {
    taken.push([series, seconds]);
  };

  beforeEach(() => {
    const series = new HttpSeries(new TestRegistry());
    cats = series.of('GET', '/cats', 200);
    dogs = series.of('GET', '/dogs', undefined);
    ended = new EndedRequests();
    taken = [];
  });

  it('are given as they were added, in that order, and once', () => {
    const all: [RequestSeries, number][] = [
      [cats, 0.25],
      [dogs, 1e-9],
      [cats, 3600],
    ];
    all.forEach((one) => ended.add(...one));
    ended.takeAll(take);
    expect(taken).toEqual(all);
    ended.takeAll(take);
    expect(taken).toHaveLength(3);
  });

  it('are given once each where taking one adds more, or takes the others', () => {
    for (const seconds of [1, 2, 3]) ended.add(cats, seconds);
    ended.takeAll((series, seconds) => {
      take(series, seconds);
      if (seconds === 1) ended.add(dogs, 4);
      if (seconds === 2) ended.takeAll(take);
    });
    expect(taken.map(([, seconds]) => seconds)).toEqual([1, 2, 3, 4]);
    ended.add(cats, 5);
    ended.takeAll(take);
    expect(taken.at(-1)).toEqual([cats, 5]);
  });

  it('say when there is no room for another, and have it again when they were taken', () => {
    let added = 0;
    for (; !ended.isFull; added++) ended.add(cats, added);
    ended.takeAll(take);
    expect(taken.map(([, seconds]) => seconds)).toEqual(Array.from({ length: added }, (_, at) => at));
    expect(ended.isFull).toBe(false);
  });
});
