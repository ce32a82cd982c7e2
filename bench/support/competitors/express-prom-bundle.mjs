import bundle from 'express-prom-bundle';
import prom from 'prom-client';
import { samplesOf } from './samples-of.mjs';

/** Configured as in its documentation, with method and path. */
export async function setUp() {
  const middleware = bundle({ includeMethod: true, includePath: true });
  return {
    configure: (app) => app.use(middleware),
    seen: () => samplesOf(prom.register.getSingleMetric('http_request_duration_seconds'), 'path'),
  };
}
