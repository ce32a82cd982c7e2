import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { HistogramSeries } from './histogram/histogram-series.js';

/** The handle of a series that was refused. It drops every sample. */
export class DroppingCounter extends Counter {
  override inc(amount = 1): void {
    this.home.refuse(amount);
  }
}

/** The handle of a series that was refused. It drops every sample. */
export class DroppingGauge extends Gauge {
  override set(value: number): void {
    this.home.refuse(value);
  }
}

/** The handle of a series that was refused. It drops every sample. */
export class DroppingHistogram extends HistogramSeries {
  override observe(value: number): boolean {
    this.home.refuse(value);
    return false;
  }
}
