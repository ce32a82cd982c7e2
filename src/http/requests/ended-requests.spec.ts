import { describe, expect, it } from 'vitest';
import type { EndedRequest } from './ended-requests.js';
import { EndedRequests } from './ended-requests.js';

const request = (status: number | undefined): EndedRequest => ({
  method: 'GET',
  route: '/cats/:id',
  status,
  seconds: (status ?? 0) / 1000,
  isComplete: status !== undefined,
});

describe('EndedRequests', () => {
  it('are given as they were added, in that order, and once', () => {
    const ended = new EndedRequests();
    const taken: EndedRequest[] = [];
    const all = [request(200), request(undefined), request(404)];
    all.forEach((one) => ended.add(one));
    expect(ended.size).toBe(3);
    ended.takeAll((one) => taken.push(one));
    expect(taken).toEqual(all);
    expect(ended.size).toBe(0);
    ended.takeAll((one) => taken.push(one));
    expect(taken).toHaveLength(3);
  });

  it('are given once each where taking one adds more, or takes the others', () => {
    const ended = new EndedRequests();
    const taken: (number | undefined)[] = [];
    for (const status of [200, 201, 202]) ended.add(request(status));
    ended.takeAll(({ status }) => {
      taken.push(status);
      if (status === 200) ended.add(request(500));
      if (status === 201) ended.takeAll((other) => taken.push(other.status));
    });
    expect(taken).toEqual([200, 201, 202, 500]);
    ended.add(request(204));
    ended.takeAll(({ status }) => taken.push(status));
    expect(taken.at(-1)).toBe(204);
  });
});
