import { APP_INTERCEPTOR } from '@nestjs/core';
import prom from 'prom-client';
import { finalize } from 'rxjs';
import { samplesOf } from './samples-of.mjs';

/** The interceptor that many applications write for prom-client: a counter and a histogram by route. */
export async function setUp() {
  const labelNames = ['method', 'route', 'status'];
  const requests = new prom.Counter({ name: 'http_requests_total', help: 'requests', labelNames });
  const duration = new prom.Histogram({
    name: 'http_request_duration_seconds',
    help: 'duration',
    labelNames,
  });

  const interceptor = {
    intercept(context, next) {
      const http = context.switchToHttp();
      const request = http.getRequest();
      const end = duration.startTimer();
      return next.handle().pipe(
        finalize(() => {
          const labels = {
            method: request.method,
            route: request.route?.path ?? request.routeOptions?.url,
            status: http.getResponse().statusCode,
          };
          requests.inc(labels);
          end(labels);
        }),
      );
    },
  };
  return {
    module: { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] },
    seen: () => samplesOf(duration),
  };
}
