import plugin from 'fastify-metrics';
import prom from 'prom-client';
import { samplesOf } from './samples-of.mjs';

/** With its defaults: a histogram and a summary by route. */
export async function setUp() {
  return {
    configure: (app) => app.register(plugin.default ?? plugin, { endpoint: '/metrics' }),
    seen: () => samplesOf(prom.register.getSingleMetric('http_request_duration_seconds')),
  };
}
