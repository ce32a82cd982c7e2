import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import type { InFlightSource } from '../../common/in-flight.js';
import type { Counter } from '../../metrics/counter.js';
import type { Gauge } from '../../metrics/gauge.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { OVERFLOW_LABELS } from '../../metrics/series/labels.js';
import { withOutcome } from '../outcome.js';

/** What the jobs of an application share. */
export interface JobsContext {
  readonly registry: MetricsRegistry;
  /** For durations. */
  readonly clock: Clock;
  /** Only if blocks of the event loop are explained. */
  readonly inFlight?: InFlightSource<JobRun> | undefined;
}

/** A run that has not ended. */
export interface JobRun {
  /** Of its job. */
  readonly job: string;
}

/** The name of all jobs beyond the limit. */
const OTHERS = '(other jobs)';

/** The metrics of one job. */
export class JobMetrics {
  private readonly ok: Counter;
  private readonly error: Counter;
  private readonly duration: HistogramSeries;
  private readonly running: Gauge;
  private readonly overlaps: Counter;
  private readonly missed: Counter;
  private readonly lastSuccess: Gauge;
  private readonly nextRun: Gauge;
  /** Whether the next run is known. Jobs of the same name share it. */
  hasNextRun = false;
  private runningCount = 0;

  /** @param name `undefined` for all jobs beyond the limit, which share the overflow series. */
  constructor(
    private readonly context: JobsContext,
    private readonly name: string | undefined,
  ) {
    const { registry } = context;
    const labels: KnownLabels = name === undefined ? OVERFLOW_LABELS : { job: name };
    const withOutcomes = (outcome: string): KnownLabels =>
      name === undefined ? labels : { ...labels, outcome };
    // Created at 0: `rate()` of Prometheus does not see the first increment of a counter that appears at 1.
    this.ok = registry.ownCounter('job_runs', withOutcomes('ok'));
    this.error = registry.ownCounter('job_runs', withOutcomes('error'));
    this.duration = registry.ownHistogram('job_duration', labels);
    this.running = registry.ownGauge('job_running', 0, labels);
    this.overlaps = registry.ownCounter('job_overlaps', labels);
    this.missed = registry.ownCounter('job_missed_runs', labels);
    this.lastSuccess = registry.ownGauge('job_last_success', undefined, labels);
    this.nextRun = registry.ownGauge('job_next_run', undefined, labels);
  }

  /** Runs the job once and measures the run. */
  run<T>(work: () => T): T {
    return withOutcome(work, this.begin());
  }

  /** @returns a function that ends the run. */
  begin(): (isOk: boolean) => void {
    const { clock, inFlight } = this.context;
    if (this.runningCount > 0) this.overlaps.inc();
    this.running.set(++this.runningCount);
    const run: JobRun = { job: this.name ?? OTHERS };
    inFlight?.begin(run, realClock());
    const start = clock();
    return (isOk) => {
      inFlight?.end(run, realClock());
      this.running.set(--this.runningCount);
      this.duration.observe((clock() - start) / 1000);
      this[isOk ? 'ok' : 'error'].inc();
      if (isOk) this.lastSuccess.set(Date.now() / 1000);
    };
  }

  miss(runs = 1): void {
    if (runs > 0) this.missed.inc(runs);
  }

  /** @param time in milliseconds since 1970; `undefined` for a job that will not run again. */
  due(time: number | undefined): void {
    this.hasNextRun = time !== undefined;
    if (time === undefined) this.nextRun.begin(Number.NaN);
    else this.nextRun.set(time / 1000);
  }
}
