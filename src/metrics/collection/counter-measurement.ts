import type { CounterSeriesView } from '../source/metrics-source.js';

/** One counter as it was read. The identity of its series is private, so that a measurement is plain data for its readers. */
export class CounterMeasurement {
  readonly labelsText: string;
  readonly value: number;
  readonly startTime: number | undefined;
  readonly #identity: object | undefined;

  constructor(
    readonly labels: Readonly<Record<string, string>>,
    { labels: labelsText, value, startTime, identity }: CounterSeriesView,
  ) {
    this.labelsText = labelsText;
    this.value = value;
    this.startTime = startTime;
    this.#identity = identity;
  }

  /** See `SeriesView.identity`. `undefined` for a copy of a measurement too. */
  static identityOf(measurement: object): object | undefined {
    return #identity in measurement ? measurement.#identity : undefined;
  }
}
