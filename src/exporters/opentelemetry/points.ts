import type { Attributes, HrTime } from '@opentelemetry/api';
import type { AggregationTemporality as Temporality, DataPoint } from '@opentelemetry/sdk-metrics';
import type { HistogramSeriesMeasurement } from '../../metrics/collection/measurements.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { Deltas } from './deltas.js';
import { hrTimeOf } from './hr-time.js';
import { AggregationTemporality } from './otel-enums.js';

/** The times of a collection, in milliseconds since 1970. */
export interface CollectionTimes {
  /** When the process was started, and when the monitor began to count. */
  readonly processStart: number;
  readonly monitorStart: number;
  /** Of the previous collection; `undefined` for the first one. */
  readonly previous: number | undefined;
  readonly now: number;
}

/** Creates the data points of one collection, with their start and end times. */
export class Points {
  private readonly endTime: HrTime;
  private readonly monitorStart: HrTime;
  private readonly isDelta: boolean;

  constructor(
    private readonly times: CollectionTimes,
    readonly temporality: Temporality,
    private readonly deltas: Deltas,
  ) {
    this.isDelta = temporality === AggregationTemporality.DELTA;
    this.endTime = hrTimeOf(times.now);
    this.monitorStart = this.startOf(times.monitorStart);
  }

  /** The current value of a gauge or an up-down counter. */
  level(attributes: Attributes, value: number): DataPoint<number> {
    return { attributes, value, startTime: hrTimeOf(this.times.monitorStart), endTime: this.endTime };
  }

  /**
   * The value of a counter; `undefined` if the temporality is delta and it has not increased.
   *
   * @param metric identifies the total from one collection to the next, together with `series`.
   */
  counted(
    metric: string,
    series: string,
    attributes: Attributes,
    total: number,
    startTime = this.monitorStart,
  ): DataPoint<number> | undefined {
    const value = this.isDelta ? this.deltas.since(metric, series, total) : total;
    if (this.isDelta && value === 0) return undefined;
    return { attributes, value, startTime, endTime: this.endTime };
  }

  /** Like {@link counted}, for a total since the process was started. */
  used(metric: string, series: string, attributes: Attributes, total: number): DataPoint<number> | undefined {
    return this.counted(metric, series, attributes, total, this.startOf(this.times.processStart));
  }

  /** The values of a histogram, in the given form; `undefined` if the temporality is delta and there are no new ones. */
  distribution<T>(
    { total, interval }: HistogramSeriesMeasurement,
    attributes: Attributes,
    form: (snapshot: HistogramSnapshot) => T,
  ): DataPoint<T> | undefined {
    const snapshot = this.isDelta ? interval : total;
    if (this.isDelta && snapshot.count === 0) return undefined;
    return { attributes, value: form(snapshot), startTime: this.monitorStart, endTime: this.endTime };
  }

  /** The start time of a total that is counted from `start` on. */
  private startOf(start: number): HrTime {
    const { previous } = this.times;
    return hrTimeOf(this.isDelta ? (previous ?? start) : start);
  }
}
