import type { HttpOptions, ResolvedHttpOptions } from './instrumentation/http/http.options.js';
import { HTTP_RULES, resolveHttpOptions } from './instrumentation/http/http.options.js';
import type { AccessOptions, ResolvedAccessOptions } from './access/access.options.js';
import { ACCESS_RULES, resolveAccessOptions } from './access/access.options.js';
import type { DashboardOptions, ResolvedDashboardOptions } from './endpoint/dashboard/dashboard.options.js';
import { DASHBOARD_RULES, resolveDashboardOptions } from './endpoint/dashboard/dashboard.options.js';
import type { EndpointOptions, ResolvedEndpointOptions } from './endpoint/endpoint.options.js';
import { ENDPOINT_RULES, resolveEndpointOptions } from './endpoint/endpoint.options.js';
import type { ServedAt } from './endpoint/mounting/endpoint-mount.js';
import type {
  CollectorsOptions,
  ResolvedCollectorsOptions,
} from './instrumentation/runtime/collectors.options.js';
import { COLLECTORS_RULES, resolveCollectorsOptions } from './instrumentation/runtime/collectors.options.js';
import type { CapturesOptions, ResolvedCapturesOptions } from './diagnostics/captures/captures.options.js';
import { CAPTURES_RULES, resolveCapturesOptions } from './diagnostics/captures/captures.options.js';
import type { DiagnosticsOptions, ResolvedDiagnosticsOptions } from './diagnostics/diagnostics.options.js';
import { DIAGNOSTICS_RULE, resolveDiagnosticsOptions } from './diagnostics/diagnostics.options.js';
import type { HistoryOptions, ResolvedHistoryOptions } from './history/history.options.js';
import { HISTORY_RULE, resolveHistoryOptions } from './history/history.options.js';
import type { PortOptions, ResolvedPortOptions } from './endpoint/port/port.options.js';
import { PORT_RULES, resolvePortOptions } from './endpoint/port/port.options.js';
import type { MetricsOptions, ResolvedMetricsOptions } from './metrics/metrics.options.js';
import { METRICS_RULES, resolveMetricsOptions } from './metrics/metrics.options.js';
import { DEFAULT_MAX_SERIES } from './metrics/series/cardinality-limiter.js';
import { DASHBOARD_WITHOUT_HISTORY, PORT_WITHOUT_ENDPOINT } from './monitor.module.messages.js';
import type { ProcessGroupOptions, ResolvedProcessesOptions } from './processes/processes.options.js';
import { PROCESSES_RULE, resolveProcessesOptions } from './processes/processes.options.js';
import { badOption, checkOptions } from './common/options/check-options.js';
import type { Rules, WholeNumber } from './common/options/option-rules.js';
import { DELAY, numberOf, wholeNumber, YES_OR_NO } from './common/options/option-rules.js';
import type { PublishingOptions, ResolvedPublishingOptions } from './publishing/publishing.options.js';
import { PUBLISHING_RULES, resolvePublishingOptions } from './publishing/publishing.options.js';

/** The token of the {@link ResolvedMonitorOptions}. */
export const MONITOR_OPTIONS = Symbol('MONITOR_OPTIONS');

export interface MonitorOptions
  extends EndpointOptions, AccessOptions, PortOptions, PublishingOptions, DashboardOptions, MetricsOptions {
  /** Milliseconds between two ticks of the timer that watches the event loop. Default: 100. */
  measureInterval?: WholeNumber | undefined;
  /**
   * `false` leaves the global interceptor out. On Express and Fastify, HTTP requests are measured without it. It is needed
   * for any other HTTP adapter, and to measure handlers of messages, events and GraphQL operations. Default: `true`.
   */
  interceptor?: boolean | undefined;
  /** Which HTTP requests are counted, and how. Default: all of them, by method, route and status. */
  http?: HttpOptions | undefined;
  /**
   * The most series: counters, gauges and histograms, with all their labels. One metric gets at most half of them.
   * Further label sets of a metric share its `{overflow="true"}` series; samples of further metrics are dropped.
   * Default: 10 000.
   */
  maxSeries?: WholeNumber | undefined;
  /**
   * The recent past of all metrics in memory: 5 minutes in steps of 1 s, and an hour in steps of 10 s. The page, the findings, and
   * `GET /monitor/history` read it. `false` for none: then there are no findings. Default: 60 minutes, 300 series.
   */
  history?: false | HistoryOptions | undefined;
  /** The built-in collectors, each of which can be switched off, and collectors of your own. Default: all built-in ones. */
  collectors?: CollectorsOptions | undefined;
  /**
   * Finds the function that blocks the event loop, and serves profiles and Node's diagnostic report. `true` is all of it except
   * heap snapshots. Unless there is a `requestFilter`, the application does not start with it if `allow` contains all addresses,
   * or if the application trusts proxies, is reachable from other machines, and the endpoint has no own `port`: a `token` does not
   * change that. Default: `false`.
   */
  diagnostics?: boolean | DiagnosticsOptions | undefined;
  /**
   * Measures the HTTP requests that the application sends, by `fetch()`, undici, `node:http` and `node:https`: by host, method and
   * status. Default: `true`.
   */
  outgoing?: boolean | undefined;
  /**
   * Measures the jobs of `@nestjs/schedule` (`@Cron()`, `@Interval()`, `@Timeout()` and those of its `SchedulerRegistry`), the
   * `@OnEvent()` handlers of `@nestjs/event-emitter` and the processors of `@nestjs/bullmq`. Default: `true`.
   */
  jobs?: boolean | undefined;
  /**
   * Which processes form a group: reading any of them returns the metrics of all. `'auto'`: the workers of a cluster (also of pm2),
   * and the threads of a process in which the monitor runs. `{ group: 'shop' }`: all processes of this user on this machine with that
   * group. `false`: no group. Default: `'auto'`.
   */
  processes?: 'auto' | false | ProcessGroupOptions | undefined;
  /** Where repeated profiles are kept. Default: nowhere. */
  captures?: CapturesOptions | undefined;
}

/** The options after validation, with their defaults. */
export interface ResolvedMonitorOptions
  extends
    ResolvedEndpointOptions,
    ResolvedPublishingOptions,
    ResolvedDashboardOptions,
    ResolvedMetricsOptions {
  readonly measureInterval: number;
  readonly access: ResolvedAccessOptions;
  readonly port: ResolvedPortOptions;
  readonly interceptor: boolean;
  readonly http: ResolvedHttpOptions;
  readonly maxSeries: number;
  /** `undefined` for none. */
  readonly history: ResolvedHistoryOptions | undefined;
  readonly collectors: ResolvedCollectorsOptions;
  readonly diagnostics: ResolvedDiagnosticsOptions;
  readonly outgoing: boolean;
  readonly jobs: boolean;
  readonly captures: ResolvedCapturesOptions | undefined;
  readonly processes: ResolvedProcessesOptions;
}

const RULES: Rules = {
  ...PUBLISHING_RULES,
  measureInterval: DELAY,
  ...ENDPOINT_RULES,
  ...ACCESS_RULES,
  ...PORT_RULES,
  ...DASHBOARD_RULES,
  ...METRICS_RULES,
  interceptor: YES_OR_NO,
  http: HTTP_RULES,
  maxSeries: wholeNumber('a whole number from 1 to 10 000 000', 1, 10_000_000),
  history: HISTORY_RULE,
  collectors: COLLECTORS_RULES,
  diagnostics: DIAGNOSTICS_RULE,
  outgoing: YES_OR_NO,
  jobs: YES_OR_NO,
  captures: CAPTURES_RULES,
  processes: PROCESSES_RULE,
};

/**
 * Checks the options and fills in the defaults. An option that is `undefined` is one that was not given.
 *
 * @throws MonitorOptionsError for the first option that is unknown or has an invalid value.
 */
export function resolveMonitorOptions(options: MonitorOptions = {}): ResolvedMonitorOptions {
  checkOptions(options, RULES);
  if (options.controller === false && options.port !== undefined) {
    throw badOption('port', options.port, PORT_WITHOUT_ENDPOINT);
  }
  if (options.history === false && options.dashboard === true) {
    throw badOption('dashboard', true, DASHBOARD_WITHOUT_HISTORY);
  }
  return Object.freeze({
    ...resolveEndpointOptions(options),
    ...resolvePublishingOptions(options),
    ...resolveDashboardOptions(options, options.history !== false),
    ...resolveMetricsOptions(options),
    measureInterval: numberOf(options.measureInterval) ?? 100,
    access: resolveAccessOptions(options),
    port: resolvePortOptions(options),
    interceptor: options.interceptor ?? true,
    http: resolveHttpOptions(options.http),
    maxSeries: numberOf(options.maxSeries) ?? DEFAULT_MAX_SERIES,
    history: resolveHistoryOptions(options.history),
    collectors: resolveCollectorsOptions(options.collectors),
    diagnostics: resolveDiagnosticsOptions(options.diagnostics),
    outgoing: options.outgoing ?? true,
    jobs: options.jobs ?? true,
    captures: resolveCapturesOptions(options.captures),
    processes: resolveProcessesOptions(options.processes),
  });
}

/** Where the endpoint is served. */
export function servedAt({ controller, port }: ResolvedMonitorOptions): ServedAt {
  if (controller === false) return 'nowhere';
  return port.port === undefined ? 'application' : 'port';
}
