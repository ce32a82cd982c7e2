import type { INestApplication } from '@nestjs/common';
import { expect } from 'vitest';
import { MonitorService, parseSeriesName } from '../../src/index.js';

/** What the monitor says of the requests that a step made. */
export interface Seen {
  /** Such as `GET /cats 200`, once for each request. */
  requests: string[];
  /** The routes of those whose answer was not complete. */
  aborted: string[];
}

interface Totals {
  requests: Map<string, number>;
  durations: Map<string, number>;
  aborted: Map<string, number>;
  entered: number;
  inFlight: number;
}

/**
 * What a step adds to the metrics of requests, once none of them is in flight any more. It holds all of them against
 * each other on the way: each request has one duration, and has been counted once when it came in.
 */
export async function watch(app: INestApplication, step: () => unknown): Promise<Seen> {
  const monitor = app.get(MonitorService);
  const before = await totalsOf(monitor);
  await step();
  await expect.poll(async () => (await totalsOf(monitor)).inFlight, { interval: 2 }).toBe(0);
  const after = await totalsOf(monitor);
  const requests = added(before.requests, after.requests);
  expect(added(before.durations, after.durations)).toEqual(requests);
  expect(after.entered - before.entered).toBe(requests.length);
  return { requests, aborted: added(before.aborted, after.aborted) };
}

async function totalsOf(monitor: MonitorService): Promise<Totals> {
  const { counters, gauges } = await monitor.metrics('watch');
  const { histograms } = await monitor.metrics(`total:${++readers}`);
  const counts = Object.entries(histograms).map(([name, { count }]): [string, number] => [name, count]);
  return {
    requests: kinds('http_requests', Object.entries(counters)),
    durations: kinds('http_request_duration', counts),
    aborted: kinds('http_requests_aborted', Object.entries(counters)),
    entered: counters.requests ?? NaN,
    inFlight: gauges.http_requests_in_flight ?? NaN,
  };
}

/** A reader that is new sees everything since the start. */
let readers = 0;

function kinds(metric: string, series: [string, number][]): Map<string, number> {
  const of = series.map(([name, value]): [string, number] => {
    const { name: its, labels } = parseSeriesName(name);
    const { method, route, status, ...more } = labels;
    const words = [method, route, status, ...Object.entries(more).map((label) => label.join('='))];
    return [its === metric ? words.filter((word) => word !== undefined).join(' ') : '', value];
  });
  return new Map(of.filter(([kind]) => kind !== ''));
}

function added(before: Map<string, number>, after: Map<string, number>): string[] {
  return [...after]
    .flatMap(([kind, count]) => Array<string>(count - (before.get(kind) ?? 0)).fill(kind))
    .sort();
}
