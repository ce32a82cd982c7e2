import { describe, expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { HttpMetrics } from './http-metrics.js';
import { resolveHttpOptions } from './http.options.js';

const RESPONSE = { statusCode: 200 };

describe('HttpMetrics', () => {
  it.each(Array.from({ length: 70 }, (_, aside) => aside))(
    'loses no request where a logger ends one while the next is put aside, after %i',
    async (aside) => {
      let ended = 0;
      let isOver = false;
      const registry = new TestRegistry(() => {
        if (!isOver) end('/a');
      });
      registry.limitSeries(2);
      const metrics = new HttpMetrics(registry, resolveHttpOptions());
      const end = (route: string): void => {
        ended++;
        metrics.begin();
        const how = { method: 'GET', route, status: 200, seconds: 1, isComplete: true };
        metrics.end(how, { observedRequest: { headers: {} }, observedResponse: RESPONSE });
      };

      for (let i = 0; i < aside; i++) end('/a');
      // There is room for the series of one route.
      end('/b');
      for (let i = 0; i < 100; i++) end('/a');
      expect(registry.warnings).not.toHaveLength(0);
      isOver = true;

      const { counters, histograms } = await registry.read();
      const sumOf = (name: string, values: Record<string, number>): number =>
        Object.entries(values).reduce((sum, [key, value]) => (key.startsWith(name) ? sum + value : sum), 0);
      const counts = Object.entries(histograms).map(([name, { count }]) => [name, count]);
      expect(sumOf('http_requests{', counters)).toBe(ended);
      expect(sumOf('http_request_duration{', Object.fromEntries(counts))).toBe(ended);
    },
  );
});
