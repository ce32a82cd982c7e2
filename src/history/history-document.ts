import type { InstanceInfo, ProcessState } from '../metrics/collection/snapshot.js';
import type { Aggregate, MetricKind } from '../metrics/definitions/metric-definition.js';

/** Seconds from one value to the next: five minutes are kept in steps of 1 s, an hour in steps of 10 s. */
export type Step = 1 | 10;

/**
 * What is kept of a series in each step. Of a counter: `rate`, per second. Of a gauge: its `value` at the end of the step,
 * and the extremes `min` and `max` in it. Of a histogram: `count`, values per second, and `p50`, `p99` and `max` of the
 * values in the step.
 */
export type Figure = 'rate' | 'value' | 'min' | 'max' | 'count' | 'p50' | 'p99';

/** One series of the history. */
export interface HistorySeries {
  /** The canonical name, such as `http_requests{method="GET"}`, or `process.cpu.percent` for a number of `process`. */
  readonly key: string;
  /** The metric. */
  readonly name: string;
  readonly kind: MetricKind;
  /** Empty for a series without labels, and for the sum of all label sets of a metric, whose key is the bare name. */
  readonly labels: Readonly<Record<string, string>>;
  /** Such as `seconds`, `bytes`, `ratio` or `percent`; `null` for a plain count. */
  readonly unit: string | null;
  readonly help: string;
  /** For a gauge: how the values of several processes are merged. */
  readonly aggregate?: Aggregate;
  /** Whether it is a metric of the monitor itself, not of the application. */
  readonly builtIn: boolean;
}

/** One figure of one series, in all steps of a tier. */
export interface HistoryColumn {
  /** The index in {@link HistoryDocument.series}. */
  readonly series: number;
  readonly figure: Figure;
  /** With five significant digits. `null` for a step without a value: nothing was recorded, or the process was suspended. */
  readonly values: readonly (number | null)[];
}

/** The distribution of a histogram in each step, in buckets of a factor of two. */
export interface HeatColumn {
  readonly series: number;
  /** Upper bounds, ascending, in the unit of the series. */
  readonly bounds: readonly number[];
  /** For each step, how many values are in each bucket. The last bucket has the values above all bounds. */
  readonly counts: readonly (readonly number[])[];
}

/** All steps of one length. */
export interface HistoryTier {
  readonly step: Step;
  /** The end of each step, in milliseconds since 1970. They are {@link step} seconds apart. */
  readonly times: readonly number[];
  /**
   * How long each step took, in seconds. A rate multiplied by it is a number of events. A step ends late if the process is busy at that
   * time, and the first one after a suspension includes the suspension. `null` for a step without values. For several processes: the mean.
   */
  readonly seconds: readonly (number | null)[];
  /** A column without any value is left out. */
  readonly columns: readonly HistoryColumn[];
  /** For `eventloop_delay`. */
  readonly heat?: readonly HeatColumn[];
}

/** The current activity of one of several processes. A number that is not known is `null`. */
export interface ProcessActivity extends ProcessState {
  /** When it started, such as `2026-01-31T23:59:59.123Z`; `null` if it has never sent its history. */
  readonly start_time: string | null;
  /** Percent of one core. Mean of the last 5 seconds, as are `loop`, `requests` and `errors`. */
  readonly cpu: number | null;
  /** Resident memory in bytes. */
  readonly memory: number | null;
  /** Share of the time in which its event loop was busy, from 0 to 1. */
  readonly loop: number | null;
  /** HTTP responses per second. */
  readonly requests: number | null;
  /** Those with a status of 500 and above. */
  readonly errors: number | null;
  /** The longest delay of its event loop in the last minute, in seconds. */
  readonly delay: number | null;
}

/**
 * The history of a process, as returned by `GET /monitor/history` and `MonitorService.history()`. Where several processes answer
 * together, the endpoint returns the merged history of all of them.
 */
export interface HistoryDocument {
  /** Now, in milliseconds since 1970. */
  readonly time: number;
  /**
   * The number of the last step in this document, to continue from at `/monitor/events`. Each process has other numbers, also after
   * a restart. Where several processes answer together, the merged history has the same numbers in all of them.
   */
  readonly sequence: number;
  /** The process that answers. */
  readonly instance: InstanceInfo;
  /** The processes of this history, the one that answers first. Only where several processes answer together. */
  readonly processes?: readonly ProcessActivity[];
  /** The number of series that are not kept, because there is no room. */
  readonly dropped_series: number;
  readonly series: readonly HistorySeries[];
  /** For each series: the total of a counter and the number of values of a histogram, since the start; a gauge's value. */
  readonly latest: readonly (number | null)[];
  /** Steps of 1 s, then steps of 10 s. */
  readonly tiers: readonly HistoryTier[];
}

/** The part of the history that is read. */
export interface HistoryQuery {
  /** Only steps that end after this time, in milliseconds since 1970. Default: all. */
  readonly since?: number | undefined;
  /** Names of metrics or keys of series; with `*` at the end, all keys with this prefix. Default: all. */
  readonly series?: readonly string[] | undefined;
}

/** The data of `event: step` at `/monitor/events`. */
export interface StepEvent {
  readonly step: Step;
  /** Also the `id` of the event. Steps of both lengths are numbered together. */
  readonly sequence: number;
  /** The end of the step, in milliseconds since 1970. It may be before that of the last one, if the clock was set. */
  readonly time: number;
  /** How long the step took, as in {@link HistoryTier.seconds}. */
  readonly seconds: number;
  /** Series that are new in this step. Their indexes follow the existing ones. */
  readonly series?: readonly HistorySeries[];
  /** All figures that have a value. `total` is the new {@link HistoryDocument.latest} of a counter or histogram that changed. */
  readonly values: readonly (readonly [series: number, figure: Figure | 'total', value: number])[];
  readonly heat?: readonly (readonly [series: number, counts: readonly number[]])[];
  /** The upper bounds of the buckets in `heat`, in the unit of the series. There is one more bucket than bounds. */
  readonly heat_bounds?: readonly number[];
}

/** The data of `event: instance`, the first event of each connection to `/monitor/events`. */
export interface InstanceEvent {
  readonly instance: InstanceInfo;
  /** The current number of the last step. */
  readonly sequence: number;
}

/** The data of `event: processes` at `/monitor/events`, once a second where several processes answer together. */
export interface ProcessesEvent {
  readonly processes: readonly ProcessActivity[];
}

/**
 * The data of `event: reset`: steps are missing between what the client has and what follows, so it must read
 * `/monitor/history` again. `expired`: the steps are no longer kept, or are those of another process. `series`: there are other series
 * under the same indexes. `clock`: the wall clock was set, and all times are different.
 */
export interface ResetEvent {
  readonly reason: 'expired' | 'series' | 'clock';
  readonly sequence: number;
}
