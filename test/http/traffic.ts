import type { INestApplication } from '@nestjs/common';
import { expect } from 'vitest';
import { MonitorService, parseSeriesName } from '../../src/index.js';

/** The metrics of the requests that a step made. */
export interface Seen {
  /** Such as `GET /cats 200`, once for each request. */
  requests: string[];
  /** Method and route of those whose response was not complete. */
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
 * The increments of the request metrics during a step, once no request is in flight. Also checks that the metrics agree:
 * each request has one duration and was counted once on arrival.
 *
 * @param streams the requests that have none, such as `GET /events 200`.
 */
export async function watch(
  app: INestApplication,
  step: () => unknown,
  streams: readonly string[] = [],
): Promise<Seen> {
  const monitor = app.get(MonitorService);
  const before = await totalsOf(monitor);
  await step();
  await expect.poll(async () => (await totalsOf(monitor)).inFlight, { interval: 2 }).toBe(0);
  const after = await totalsOf(monitor);
  const requests = added(before.requests, after.requests);
  expect([...added(before.durations, after.durations), ...streams].sort()).toEqual(requests);
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

/** The window of a new reader begins with the application. */
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
