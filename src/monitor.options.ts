import type { Type } from '@nestjs/common';
import type { HttpOptions, ResolvedHttpOptions } from './instrumentation/http/http.options.js';
import { HTTP_RULES, resolveHttpOptions } from './instrumentation/http/http.options.js';
import type { AccessOptions, ResolvedAccessOptions } from './access/access.options.js';
import { ACCESS_RULES, resolveAccessOptions } from './access/access.options.js';
import type { DashboardOptions, ResolvedDashboardOptions } from './endpoint/dashboard/dashboard.options.js';
import { DASHBOARD_RULES, resolveDashboardOptions } from './endpoint/dashboard/dashboard.options.js';
import { DECORATORS_RULE } from './endpoint/endpoint.options.js';
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
import { MonitorController } from './endpoint/monitor.controller.js';
import type { PortOptions, ResolvedPortOptions } from './endpoint/port/port.options.js';
import { PORT_RULES, resolvePortOptions } from './endpoint/port/port.options.js';
import { DEFAULT_MAX_SERIES } from './metrics/series/cardinality-limiter.js';
import { PORT_WITHOUT_ENDPOINT } from './monitor.module.messages.js';
import { badOption, checkOptions } from './common/options/check-options.js';
import type { Rules } from './common/options/option-rules.js';
import { DELAY, isShortText, wholeNumber, YES_OR_NO } from './common/options/option-rules.js';
import type { PublishingOptions, ResolvedPublishingOptions } from './publishing/publishing.options.js';
import { PUBLISHING_RULES, resolvePublishingOptions } from './publishing/publishing.options.js';

/** The token under which the rooms of the module get the {@link ResolvedMonitorOptions}. */
export const MONITOR_OPTIONS = Symbol('MONITOR_OPTIONS');

export interface MonitorOptions extends AccessOptions, PortOptions, PublishingOptions, DashboardOptions {
  /** Milliseconds between two ticks of the timer that watches the event loop. Default: 100. */
  measureInterval?: number | undefined;
  /** Where the endpoint is, below the application's global prefix. Default: `monitor`. */
  path?: string | undefined;
  /** The virtual host that the endpoint belongs to, as in Nest's `@Controller({ host })`. Default: every host. */
  host?: string | undefined;
  /** `false` for no endpoint, or a subclass of {@link MonitorController} to take its place. Default: ours. */
  controller?: false | Type<MonitorController> | undefined;
  /**
   * Class decorators for the controller of the endpoint, such as the `Public()` by which a global guard of the
   * application knows what to leave alone. Default: none.
   */
  decorators?: readonly ClassDecorator[] | undefined;
  /**
   * `false` leaves the global interceptor out. HTTP requests are then counted at the server alone, which sees
   * them all on Express and Fastify; leave it in for any other HTTP adapter, and to count the calls of handlers of
   * messages, events and GraphQL operations. Default: `true`.
   */
  interceptor?: boolean | undefined;
  /** What is counted of HTTP requests, and how. Default: all of them, by method, route and status. */
  http?: HttpOptions | undefined;
  /**
   * At most so many series: counters, gauges and histograms, with all their labels. One metric gets half of them at
   * most. Further label sets of a metric share its `{overflow="true"}` series; samples of further metrics are dropped.
   * Default: 10 000.
   */
  maxSeries?: number | undefined;
  /**
   * The recent past of all metrics in memory: 5 minutes in steps of 1 s, and an hour in steps of 10 s. The page, the findings, and
   * `GET /monitor/history` read it. `false` for none: then there are no findings. Default: 60 minutes, 300 series.
   */
  history?: false | HistoryOptions | undefined;
  /** What the monitor measures by itself, each of which can be switched off, and collectors of your own. Default: all. */
  collectors?: CollectorsOptions | undefined;
  /**
   * Says which function blocks the event loop, and serves profiles and Node's diagnostic report. `true` is all of it but heap
   * snapshots. Where readers from elsewhere may get in without a token, the application does not start with it.
   * Default: `false`.
   */
  diagnostics?: boolean | DiagnosticsOptions | undefined;
  /** Where profiles are kept that are taken again and again. Default: nowhere. */
  captures?: CapturesOptions | undefined;
}

/** The options after validation, with their defaults, as the rooms of the module read them. */
export interface ResolvedMonitorOptions extends ResolvedPublishingOptions, ResolvedDashboardOptions {
  readonly measureInterval: number;
  readonly path: string;
  readonly host: string | undefined;
  readonly controller: false | Type<MonitorController> | undefined;
  readonly decorators: readonly ClassDecorator[];
  readonly access: ResolvedAccessOptions;
  readonly port: ResolvedPortOptions;
  readonly interceptor: boolean;
  readonly http: ResolvedHttpOptions;
  readonly maxSeries: number;
  /** `undefined` for none. */
  readonly history: ResolvedHistoryOptions | undefined;
  readonly collectors: ResolvedCollectorsOptions;
  readonly diagnostics: ResolvedDiagnosticsOptions;
  readonly captures: ResolvedCapturesOptions | undefined;
}

const RULES: Rules = {
  ...PUBLISHING_RULES,
  measureInterval: DELAY,
  path: {
    allowed: 'a path of letters, digits, "-", "_" and "~", with "." within and "/" between its segments',
    accepts: (value) => isShortText(value) && /^\/?[\w~-][\w~.-]*(\/[\w~-][\w~.-]*)*\/?$/.test(value),
  },
  host: {
    allowed: 'a host name without a port, such as "monitor.example.com" or ":tenant.example.com"',
    accepts: (value) => isShortText(value) && /^(:[a-z_]\w*|[\w-]+)(\.(:[a-z_]\w*|[\w-]+))*$/i.test(value),
  },
  controller: {
    allowed: 'false, or a class that extends MonitorController',
    accepts: (value) => value === false || isMonitorController(value),
  },
  decorators: DECORATORS_RULE,
  ...ACCESS_RULES,
  ...PORT_RULES,
  ...DASHBOARD_RULES,
  interceptor: YES_OR_NO,
  http: HTTP_RULES,
  maxSeries: wholeNumber('a whole number from 1 to 10 000 000', 1, 10_000_000),
  history: HISTORY_RULE,
  collectors: COLLECTORS_RULES,
  diagnostics: DIAGNOSTICS_RULE,
  captures: CAPTURES_RULES,
};

/**
 * Checks the options and fills in the defaults. An option that is `undefined` is one that was not given.
 *
 * @throws MonitorOptionsError for the first option that is unknown or not what it must be.
 */
export function resolveMonitorOptions(options: MonitorOptions = {}): ResolvedMonitorOptions {
  checkOptions(options, RULES);
  const { path = 'monitor' } = options;
  if (options.controller === false && options.port !== undefined) {
    throw badOption('port', options.port, PORT_WITHOUT_ENDPOINT);
  }
  return Object.freeze({
    ...resolvePublishingOptions(options),
    ...resolveDashboardOptions(options),
    measureInterval: options.measureInterval ?? 100,
    path,
    host: options.host,
    controller: options.controller,
    decorators: Object.freeze([...(options.decorators ?? [])]),
    access: resolveAccessOptions(options),
    port: resolvePortOptions(options),
    interceptor: options.interceptor ?? true,
    http: resolveHttpOptions(options.http),
    maxSeries: options.maxSeries ?? DEFAULT_MAX_SERIES,
    history: resolveHistoryOptions(options.history),
    collectors: resolveCollectorsOptions(options.collectors),
    diagnostics: resolveDiagnosticsOptions(options.diagnostics),
    captures: resolveCapturesOptions(options.captures),
  });
}

/** Where the endpoint is served. */
export function servedAt({ controller, port }: ResolvedMonitorOptions): ServedAt {
  if (controller === false) return 'nowhere';
  return port.port === undefined ? 'application' : 'port';
}

function isMonitorController(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof MonitorController;
}
