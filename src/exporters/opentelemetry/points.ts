import type { Attributes, HrTime } from '@opentelemetry/api';
import type { AggregationTemporality as Temporality, DataPoint } from '@opentelemetry/sdk-metrics';
import { CounterMeasurement } from '../../metrics/collection/counter-measurement.js';
import type {
  CounterSeriesMeasurement,
  HistogramSeriesMeasurement,
} from '../../metrics/collection/measurements.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { Deltas } from './deltas.js';
import { hrTimeOf } from './hr-time.js';
import { AggregationTemporality } from './otel-enums.js';

/** The times of a collection, in milliseconds since 1970. */
export interface CollectionTimes {
  /** When the process was started, and when the monitor began to count. */
  readonly processStart: number;
  readonly monitorStart: number;
  /** The time of the previous collection; `undefined` for the first one. */
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

  /** The value of a counter; `undefined` if the temporality is delta and it has not increased. */
  counted(
    metric: string,
    series: CounterSeriesMeasurement,
    attributes: Attributes,
  ): DataPoint<number> | undefined {
    const { labelsText, value } = series;
    if (!this.isDelta) return this.sum(attributes, value, this.startOfSeries(series));
    const added = this.deltas.since(metric, labelsText, value, CounterMeasurement.identityOf(series));
    return added === 0 ? undefined : this.sum(attributes, added, this.monitorStart);
  }

  /**
   * Like {@link counted}, for a total since the process was started.
   *
   * @param metric identifies the total from one collection to the next.
   */
  used(metric: string, attributes: Attributes, total: number): DataPoint<number> | undefined {
    const value = this.isDelta ? this.deltas.since(`process\n${metric}`, '', total) : total;
    if (this.isDelta && value === 0) return undefined;
    return this.sum(attributes, value, this.startOf(this.times.processStart));
  }

  /** The values of a histogram, in the given form; `undefined` if the temporality is delta and there are no new ones. */
  distribution<T>(
    series: HistogramSeriesMeasurement,
    attributes: Attributes,
    form: (snapshot: HistogramSnapshot) => T,
  ): DataPoint<T> | undefined {
    const snapshot = this.isDelta ? series.interval : series.total;
    if (this.isDelta && snapshot.count === 0) return undefined;
    return {
      attributes,
      value: form(snapshot),
      startTime: this.startOfSeries(series),
      endTime: this.endTime,
    };
  }

  private sum(attributes: Attributes, value: number, startTime: HrTime): DataPoint<number> {
    return { attributes, value, startTime, endTime: this.endTime };
  }

  /** A total that begins at 0 again must have a later start time. */
  private startOfSeries({ startTime }: { readonly startTime?: number | undefined }): HrTime {
    return this.isDelta || startTime === undefined ? this.monitorStart : hrTimeOf(startTime);
  }

  /** The start time of a total that is counted from `start` on. */
  private startOf(start: number): HrTime {
    const { previous } = this.times;
    return hrTimeOf(this.isDelta ? (previous ?? start) : start);
  }
}
