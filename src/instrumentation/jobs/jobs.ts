import { ownCopy } from '../../common/own-copy.js';
import { MAX_LABEL_LENGTH } from '../../metrics/series/labels.js';
import type { JobsContext } from './job-metrics.js';
import { JobMetrics } from './job-metrics.js';

/** The limit of jobs with series of their own: the name of a dynamic job may contain an identifier. */
const MAX_JOBS = 200;

/** All jobs of an application, by name. */
export class Jobs {
  private readonly known = new Map<string, JobMetrics>();
  private overflow: JobMetrics | undefined;

  constructor(private readonly context: JobsContext) {}

  of(name: unknown): JobMetrics {
    const label = String(name).slice(0, MAX_LABEL_LENGTH);
    const known = this.known.get(label);
    if (known !== undefined) return known;
    if (this.known.size >= MAX_JOBS) return (this.overflow ??= new JobMetrics(this.context, undefined));
    const own = ownCopy(label);
    const job = new JobMetrics(this.context, own);
    this.known.set(own, job);
    return job;
  }
}
