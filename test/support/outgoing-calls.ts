import type { INestApplicationContext } from '@nestjs/common';
import { expect } from 'vitest';
import { MonitorService, parseSeriesName } from '../../src/index.js';
import { eventually } from './eventually.js';

let readers = 0;

/** The counts of the outgoing requests to one host. */
export interface OutgoingCounts {
  /** Such as `{ 'GET 200': 1 }`; with a template, `{ 'GET 200 /users/:id': 1 }`. */
  readonly requests: Record<string, number>;
  /** By kind. */
  readonly errors: Record<string, number>;
  /** How many had a response. */
  readonly responses: number;
  readonly inFlight: number;
  /** The sum of the durations, in seconds. */
  readonly seconds: number;
  readonly secondsToFirstByte: number;
}

/** Checks that each request has a duration. */
export async function outgoingTo(app: INestApplicationContext, host: string): Promise<OutgoingCounts> {
  const { counters, gauges, histograms } = await app.get(MonitorService).metrics(`outgoing-${++readers}`);
  const of = <T>(values: Readonly<Record<string, T>>, metric: string) =>
    Object.entries(values).flatMap(([series, value]) => {
      const { name, labels } = parseSeriesName(series);
      return name === metric && labels.host === host ? [{ labels, value }] : [];
    });
  const requests = Object.fromEntries(
    of(counters, 'http_client_requests').map(({ labels, value }) => [
      [
        labels.method,
        labels.status,
        ...(labels.url_template === undefined ? [] : [labels.url_template]),
      ].join(' '),
      value,
    ]),
  );
  const durations = of(histograms, 'http_client_duration');
  expect(sum(durations.map(({ value }) => value.count))).toBe(sum(Object.values(requests)));
  const firstBytes = of(histograms, 'http_client_time_to_first_byte');
  return {
    requests,
    errors: Object.fromEntries(
      of(counters, 'http_client_errors').map(({ labels, value }) => [labels.kind, value]),
    ),
    responses: sum(firstBytes.map(({ value }) => value.count)),
    inFlight: sum(of(gauges, 'http_client_requests_in_flight').map(({ value }) => value)),
    seconds: sum(durations.map(({ value }) => value.sum)),
    secondsToFirstByte: sum(firstBytes.map(({ value }) => value.sum)),
  };
}

/** The requests and errors of a host, once nothing is in flight to it and `total` requests have ended. */
export function settled(app: INestApplicationContext, host: string, total = 1) {
  return eventually(async () => {
    const { requests, errors, inFlight } = await outgoingTo(app, host);
    expect(inFlight).toBe(0);
    expect(sum(Object.values(requests))).toBeGreaterThanOrEqual(total);
    return { requests, errors };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
