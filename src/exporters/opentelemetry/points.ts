import type { Attributes, HrTime } from '@opentelemetry/api';
import type { DataPoint } from '@opentelemetry/sdk-metrics';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import type { HistogramSeriesMeasurement } from '../../metrics/collection/measurements.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { Deltas } from './deltas.js';
import { hrTimeOf } from './hr-time.js';

/** The moments that a collection is about, in milliseconds since 1970. */
export interface Moments {
  /** When the process and the monitor began to count. */
  readonly processStart: number;
  readonly monitorStart: number;
  /** The collection before; `undefined` for the first one. */
  readonly previous: number | undefined;
  readonly now: number;
}

/** Makes the points of one collection, with what they say and from when to when. */
export class Points {
  private readonly endTime: HrTime;
  private readonly monitorStart: HrTime;
  private readonly isDelta: boolean;

  constructor(
    private readonly moments: Moments,
    readonly temporality: AggregationTemporality,
    private readonly deltas: Deltas,
  ) {
    this.isDelta = temporality === AggregationTemporality.DELTA;
    this.endTime = hrTimeOf(moments.now);
    this.monitorStart = this.startOf(moments.monitorStart);
  }

  /** A level, or what something says now. */
  level(attributes: Attributes, value: number): DataPoint<number> {
    return { attributes, value, startTime: hrTimeOf(this.moments.monitorStart), endTime: this.endTime };
  }

  /**
   * What was counted; `undefined` for a difference of nothing.
   *
   * @param metric with `series`, what the total is known by from one collection to the next.
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

  /** What the process has used of something since it began. */
  used(metric: string, series: string, attributes: Attributes, total: number): DataPoint<number> | undefined {
    return this.counted(metric, series, attributes, total, this.startOf(this.moments.processStart));
  }

  /** The values of a histogram, in the form that the exporter wants; `undefined` for no values in a difference. */
  distribution<T>(
    { total, interval }: HistogramSeriesMeasurement,
    attributes: Attributes,
    form: (snapshot: HistogramSnapshot) => T,
  ): DataPoint<T> | undefined {
    const snapshot = this.isDelta ? interval : total;
    if (this.isDelta && snapshot.count === 0) return undefined;
    return { attributes, value: form(snapshot), startTime: this.monitorStart, endTime: this.endTime };
  }

  /** When a number began that is counted from there on. */
  private startOf(beginning: number): HrTime {
    const { previous } = this.moments;
    return hrTimeOf(this.isDelta ? (previous ?? beginning) : beginning);
  }
}
