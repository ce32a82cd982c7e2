import { APP_INTERCEPTOR, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ApplicationGuardHint } from '../access/application-guard.hint.js';
import { LocalityResolver } from '../common/http/locality.js';
import { InFlight } from '../common/in-flight.js';
import { DecoratedInstances } from '../instrumentation/decorators/decorated-instances.js';
import { HandlerCalls } from '../instrumentation/handlers/handler-calls.js';
import { HttpMetrics } from '../instrumentation/http/http-metrics.js';
import { RequestCounter } from '../instrumentation/http/request-counter.js';
import { RequestObserver } from '../instrumentation/http/request.observer.js';
import { RequestsInterceptor } from '../instrumentation/http/requests.interceptor.js';
import { RouteRegistration } from '../instrumentation/http/route-registration.js';
import { MetricsRegistry } from '../metrics/registry.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS } from '../monitor.options.js';
import type { Wiring } from './wiring.js';

/** What measures the requests and calls of the application. */
export const INSTRUMENTATION: Wiring = {
  providers: [
    LocalityResolver,
    {
      provide: RequestCounter,
      inject: [MetricsRegistry, LocalityResolver],
      useFactory: (registry: MetricsRegistry, localities: LocalityResolver) =>
        new RequestCounter(registry, localities),
    },
    {
      provide: HttpMetrics,
      inject: [MetricsRegistry, MONITOR_OPTIONS],
      useFactory: (registry: MetricsRegistry, { http }: ResolvedMonitorOptions) =>
        new HttpMetrics(registry, http),
    },
    {
      provide: RequestObserver,
      inject: [HttpAdapterHost, RequestCounter, HttpMetrics, ApplicationGuardHint, InFlight],
      useFactory: (
        host: HttpAdapterHost,
        requests: RequestCounter,
        metrics: HttpMetrics,
        hint: ApplicationGuardHint | undefined,
        inFlight: InFlight | undefined,
      ) =>
        new RequestObserver(
          host,
          requests,
          metrics,
          hint && ((request, route, status) => hint.onRefused(request, route, status)),
          inFlight,
        ),
    },
    {
      provide: HandlerCalls,
      inject: [MetricsRegistry, InFlight],
      useFactory: (registry: MetricsRegistry, inFlight: InFlight | undefined) =>
        new HandlerCalls(registry, undefined, inFlight),
    },
    {
      provide: DecoratedInstances,
      inject: [MetricsRegistry, ModulesContainer],
      useFactory: (registry: MetricsRegistry, modules: ModulesContainer) =>
        new DecoratedInstances(registry, modules),
    },
    RouteRegistration,
    {
      provide: APP_INTERCEPTOR,
      inject: [MONITOR_OPTIONS, RequestObserver, HandlerCalls, RouteRegistration],
      // Nest leaves out a global interceptor whose factory returns undefined.
      useFactory: (
        { interceptor }: ResolvedMonitorOptions,
        requests: RequestObserver,
        calls: HandlerCalls,
        routes: RouteRegistration,
      ) => (interceptor ? new RequestsInterceptor(requests, calls, routes) : undefined),
    },
  ],
  exports: [LocalityResolver, HandlerCalls],
};
