import type { ModulesContainer } from '@nestjs/core';
import { handlerName } from '../handlers/handler-name.js';
import type { MeasuredJob } from './cron-job.js';
import { countSkippedRuns, CronTimetable, measureCronJob } from './cron-job.js';
import type { Timetable } from './due-tracker.js';
import { DueTracker } from './due-tracker.js';
import { instancesWith } from './found-instances.js';
import type { JobMetrics } from './job-metrics.js';
import type { Jobs } from './jobs.js';
import type {
  AnyFunction,
  CronJob,
  Mounted,
  ScheduleExplorer,
  SchedulerOrchestrator,
  SchedulerRegistry,
  Timer,
} from './schedule.types.js';
import { classOf, shadow } from '../shadow.js';
import { measureTimer, TimerTimetable } from './timer-job.js';

/** The key under which `@nestjs/schedule` keeps the name that a decorator was given. */
const NAME = 'SCHEDULER_NAME';

/** The limit of jobs that are checked for a missed run. */
const MAX_TRACKED = 1000;

/**
 * Measures the jobs of `@nestjs/schedule`, which wraps decorated methods and catches what they throw. So a method is measured
 * before it is wrapped, and a job that the application adds to the `SchedulerRegistry` when it is added.
 *
 * The objects of this application are changed, and no class of the package.
 */
export class ScheduleIntegration {
  /** By the function that `@nestjs/schedule` runs. */
  private readonly decorated = new WeakMap<object, MeasuredJob>();
  private readonly cronJobs = new WeakMap<CronJob, MeasuredJob>();
  /** By kind and name in the registry. */
  private readonly trackers = new Map<
    string,
    { readonly tracker: DueTracker; readonly isThere: () => boolean }
  >();

  constructor(
    private readonly jobs: Jobs,
    /** Names in the registry that are not jobs of the application. */
    private readonly ignored: ReadonlySet<string>,
  ) {}

  /** Must be called before `@nestjs/schedule` looks for decorated methods. */
  attach(modules: ModulesContainer): void {
    const explorers = instancesWith<ScheduleExplorer>(modules, [
      'wrapFunctionInTryCatchBlocks',
      'lookupSchedulers',
    ]);
    for (const explorer of explorers) this.attachExplorer(explorer);
    const orchestrators = explorers.flatMap(({ schedulerOrchestrator: one }) =>
      one === undefined ? [] : [one],
    );
    const registries = instancesWith<SchedulerRegistry>(modules, [
      'addCronJob',
      'addInterval',
      'addTimeout',
      'getCronJobs',
    ]);
    for (const registry of registries) this.attachRegistry(registry, orchestrators);
  }

  /** Called before each read. */
  update(): void {
    for (const [key, { tracker, isThere }] of this.trackers) {
      if (isThere()) continue;
      tracker.stop();
      this.trackers.delete(key);
    }
    // After that: a job of another kind may have the name of one that is not there any more.
    for (const { tracker } of this.trackers.values()) tracker.onRead();
  }

  private attachExplorer(explorer: ScheduleExplorer): void {
    const wrapOriginal = explorer.wrapFunctionInTryCatchBlocks.bind(explorer);
    shadow(explorer, 'wrapFunctionInTryCatchBlocks', (method: AnyFunction, instance: object) => {
      const given: unknown = Reflect.getMetadata(NAME, method);
      const metrics = this.jobs.of(given ?? handlerName(classOf(instance), method));
      const decorated: MeasuredJob = { metrics, isDecorated: true };
      const measured: AnyFunction = function (this: unknown, ...args) {
        decorated.tracker?.onStart();
        return decorated.metrics.run(() => method.apply(this, args));
      };
      const wrapped = wrapOriginal(measured, instance);
      this.decorated.set(wrapped, decorated);
      return wrapped;
    });
  }

  private attachRegistry(registry: SchedulerRegistry, orchestrators: readonly SchedulerOrchestrator[]): void {
    const cron = (name: string, job: CronJob): void => {
      const known = this.cronJobs.get(job);
      const decorated = this.find(orchestrators, 'cronJobs', name, job);
      const one = known ?? decorated ?? { metrics: this.jobs.of(name), isDecorated: false };
      if (!one.isDecorated) one.metrics = this.jobs.of(name);
      const isThere = () => registry.getCronJobs().get(name) === job && one.tracker === tracker;
      const tracker = this.track(`cron ${name}`, one.metrics, new CronTimetable(job), isThere);
      one.tracker = tracker;
      if (known !== undefined) return;
      this.cronJobs.set(job, one);
      if (one.isDecorated) countSkippedRuns(job, one);
      else measureCronJob(job, one);
    };
    const timer =
      (kind: 'intervals' | 'timeouts', type: 'interval' | 'timeout') =>
      (name: string, one: Timer): void => {
        if (this.ignored.has(name)) return;
        const decorated = this.find(orchestrators, kind, name, one);
        const metrics = decorated?.metrics ?? this.jobs.of(name);
        const isThere = () => registry.doesExist(type, name);
        const tracker = this.track(`${kind} ${name}`, metrics, new TimerTimetable(one), isThere);
        if (decorated === undefined) measureTimer(one, metrics, () => tracker.onStart());
        else decorated.tracker = tracker;
      };
    const interval = timer('intervals', 'interval');
    const timeout = timer('timeouts', 'timeout');

    // Constructors may have added jobs already.
    for (const [name, job] of registry.getCronJobs()) cron(name, job);
    for (const name of registry.getIntervals()) interval(name, registry.getInterval(name));
    for (const name of registry.getTimeouts()) timeout(name, registry.getTimeout(name));
    onAdd(registry, 'addCronJob', cron);
    onAdd(registry, 'addInterval', interval);
    onAdd(registry, 'addTimeout', timeout);
  }

  private find(
    orchestrators: readonly SchedulerOrchestrator[],
    kind: keyof SchedulerOrchestrator,
    name: string,
    ref: unknown,
  ): MeasuredJob | undefined {
    for (const orchestrator of orchestrators) {
      const all = orchestrator[kind] ?? {};
      const mounted: Mounted | undefined = Object.hasOwn(all, name) ? all[name] : undefined;
      // A job of that name may have been deleted, and another one added.
      if (typeof mounted?.target === 'function' && mounted.ref === ref)
        return this.decorated.get(mounted.target);
    }
    return undefined;
  }

  private track(key: string, metrics: JobMetrics, timetable: Timetable, isThere: () => boolean): DueTracker {
    const tracker = new DueTracker(metrics, timetable);
    // Jobs may come and go between two reads.
    if (this.trackers.size >= MAX_TRACKED) this.update();
    if (this.trackers.size < MAX_TRACKED) this.trackers.set(key, { tracker, isThere });
    return tracker;
  }
}

/** Calls a function after each successful call of a method that adds a job. */
function onAdd<T extends object, K extends keyof T & string>(
  registry: T,
  method: K,
  added: (name: string, job: never) => void,
): void {
  const add = (registry[method] as AnyFunction).bind(registry);
  shadow(registry, method, (name: string, job: never) => {
    add(name, job);
    try {
      added(name, job);
    } catch {
      // A job of another shape, such as a mock in a test, runs and is not measured.
    }
  });
}
