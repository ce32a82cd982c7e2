import type { MetricDefinition } from './metric-definition.js';

const JOB = {
  job: 'The name of the job in the `SchedulerRegistry`; `Class.method` for a decorator without a name.',
};
/** `job` is a label of the scraped target: Prometheus would rename it to `exported_job`. */
const PROMETHEUS_LABELS = { job: 'job_name' };
const ATTRIBUTES = { job: 'monitor.job', outcome: 'monitor.outcome' };

export const JOB_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'job_runs',
    kind: 'counter',
    help: 'Runs of scheduled jobs that have ended, by outcome.',
    labels: { ...JOB, outcome: '`ok`, or `error` for a run that threw or rejected.' },
    whenItRises:
      'A rising `error` is a job that fails. `@nestjs/schedule` logs the error and nothing else notices it.',
    prometheus: { name: 'nestjs_job_runs', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'monitor.job.runs', unit: '{run}', attributes: ATTRIBUTES },
  },
  {
    name: 'job_duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of runs of scheduled jobs, until their promise has settled.',
    labels: JOB,
    whenItRises: 'That job is slow. Beyond the time between two runs, runs overlap.',
    prometheus: { name: 'nestjs_job_duration_seconds', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'monitor.job.duration', unit: 's', attributes: ATTRIBUTES },
  },
  {
    name: 'job_running',
    kind: 'gauge',
    help: 'Runs of scheduled jobs that have not ended.',
    labels: JOB,
    aggregate: 'sum',
    whenItRises: 'Runs overlap, or hang.',
    prometheus: { name: 'nestjs_job_running', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'monitor.job.running', unit: '{run}', attributes: ATTRIBUTES, isUpDown: true },
  },
  {
    name: 'job_overlaps',
    kind: 'counter',
    help: 'Runs of scheduled jobs that started while a run of the same job had not ended.',
    labels: JOB,
    whenItRises:
      'The job takes longer than the time between two runs: run it less often, or with `waitForCompletion`.',
    prometheus: { name: 'nestjs_job_overlaps', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'monitor.job.overlaps', unit: '{run}', attributes: ATTRIBUTES },
  },
  {
    name: 'job_missed_runs',
    kind: 'counter',
    help: 'Runs of scheduled jobs that were due and did not start.',
    labels: JOB,
    whenItRises:
      'The event loop was blocked when they were due, or a run before had not ended (with `waitForCompletion`).',
    prometheus: { name: 'nestjs_job_missed_runs', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'monitor.job.missed_runs', unit: '{run}', attributes: ATTRIBUTES },
  },
  {
    name: 'job_last_success',
    kind: 'gauge',
    unit: 'seconds',
    help: 'When a run of a scheduled job last ended without an error, in seconds since 1970.',
    labels: JOB,
    aggregate: 'max',
    whenItRises: 'When it does not, the job fails or does not run: compare it with the time now.',
    prometheus: { name: 'nestjs_job_last_success_timestamp_seconds', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'monitor.job.last_success', unit: 's', attributes: ATTRIBUTES },
  },
  {
    name: 'job_next_run',
    kind: 'gauge',
    unit: 'seconds',
    help: 'When a scheduled job is due next, in seconds since 1970. Missing for one that is not scheduled any more.',
    labels: JOB,
    aggregate: 'min',
    whenItRises: 'It rises with each run.',
    prometheus: { name: 'nestjs_job_next_run_timestamp_seconds', labels: PROMETHEUS_LABELS },
    openTelemetry: { name: 'monitor.job.next_run', unit: 's', attributes: ATTRIBUTES },
  },
];
