import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { HttpMetrics } from './http-metrics.js';
import { resolveHttpOptions } from './http.options.js';

const OBSERVED = { observedRequest: { headers: {} }, observedResponse: { statusCode: 200 } };
const IN_FLIGHT = 'http_requests_in_flight';

function end(metrics: HttpMetrics, route: string): void {
  const outcome = { isComplete: true, isStream: false, isOwn: false, sizes: undefined, trace: undefined };
  metrics.end({ method: 'GET', route, status: 200, seconds: 1, ...outcome }, OBSERVED);
}

describe('HttpMetrics', () => {
  it('loses no request when the logger ends another one while it logs that a metric is full', async () => {
    let ended = 0;
    let isOver = false;
    const registry = new TestRegistry(() => {
      if (!isOver) request('/a');
    });
    registry.limitSeries(2);
    const metrics = new HttpMetrics(registry, resolveHttpOptions());
    const request = (route: string): void => {
      ended++;
      metrics.begin();
      end(metrics, route);
    };

    request('/a');
    // There is room for the series of one route.
    request('/b');
    for (let i = 0; i < 100; i++) request('/a');
    expect(registry.warnings).not.toHaveLength(0);
    isOver = true;

    const { counters, histograms } = await registry.read();
    const sumOf = (name: string, values: Record<string, number>): number =>
      Object.entries(values).reduce((sum, [key, value]) => (key.startsWith(name) ? sum + value : sum), 0);
    const counts = Object.entries(histograms).map(([name, { count }]) => [name, count]);
    expect(sumOf('http_requests{', counters)).toBe(ended);
    expect(sumOf('http_request_duration{', Object.fromEntries(counts))).toBe(ended);
  });
});

describe('http_requests_in_flight', () => {
  let registry: TestRegistry;
  let metrics: HttpMetrics;

  const read = async () => {
    const { gauges, min_gauges, max_gauges } = await registry.read();
    return [gauges[IN_FLIGHT], min_gauges[IN_FLIGHT], max_gauges[IN_FLIGHT]];
  };
  const change = (way: string): void => (way === '+' ? metrics.begin() : metrics.leave());

  beforeEach(() => {
    registry = new TestRegistry();
    metrics = new HttpMetrics(registry, resolveHttpOptions());
  });

  it.each(['++', '--', '+-', '-+', '++--+', '--++-', '+-+-', '-+++--', '+++-'])(
    'has the value after %s, and the lowest and highest since the last read',
    async (changes) => {
      for (let i = 0; i < 5; i++) change('+');
      expect(await read()).toEqual([5, 1, 5]);
      let open = 5;
      const seen = changes.split('').map((way) => {
        change(way);
        return (open += way === '+' ? 1 : -1);
      });
      expect(await read()).toEqual([open, Math.min(...seen), Math.max(...seen)]);
    },
  );

  it('has no extremes where nothing has changed since the last read', async () => {
    expect(await read()).toEqual([0, undefined, undefined]);
    change('+');
    await read();
    expect(await read()).toEqual([1, undefined, undefined]);
  });
});
