/** The used parts of `@nestjs/schedule` 5 to 12. It is optional, and its classes are found by their shape. */
export interface ScheduleExplorer {
  wrapFunctionInTryCatchBlocks(method: AnyFunction, instance: object): AnyFunction;
  lookupSchedulers(instance: object, key: string): void;
  readonly schedulerOrchestrator?: SchedulerOrchestrator;
}

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** What a decorator has created: the function that runs, and the job or timer that runs it. */
export interface Mounted {
  readonly target?: unknown;
  readonly ref?: unknown;
}

export interface SchedulerOrchestrator {
  readonly cronJobs?: Readonly<Record<string, Mounted | undefined>>;
  readonly intervals?: Readonly<Record<string, Mounted | undefined>>;
  readonly timeouts?: Readonly<Record<string, Mounted | undefined>>;
}

export interface SchedulerRegistry {
  doesExist(type: 'cron' | 'interval' | 'timeout', name: string): boolean;
  addCronJob(name: string, job: CronJob): void;
  addInterval(name: string, timer: Timer): void;
  addTimeout(name: string, timer: Timer): void;
  getCronJobs(): ReadonlyMap<string, CronJob>;
  getIntervals(): string[];
  getTimeouts(): string[];
  getInterval(name: string): Timer;
  getTimeout(name: string): Timer;
}

/** A `DateTime` of Luxon. */
export interface CronDate {
  toMillis(): number;
}

/** The used part of a `CronJob` of `cron` 3 and 4. */
export interface CronJob {
  fireOnTick(): unknown;
  nextDate(): CronDate;
  readonly cronTime?: { readonly realDate?: boolean; getNextDateFrom?(start: CronDate): CronDate };
  readonly waitForCompletion?: boolean;
  /** `cron` 4. */
  readonly isActive?: boolean;
  /** `cron` 3. */
  readonly running?: boolean;
  readonly isCallbackRunning?: boolean;
  /** Private, and the only place where the failure of a callback can be seen: `fireOnTick()` catches it. */
  _callbacks?: unknown;
}

/** The private parts of Node's `Timeout`, which have been the same since Node 11. Fake timers do not have them. */
export interface Timer {
  _onTimeout?: unknown;
  readonly _idleStart?: unknown;
  readonly _idleTimeout?: unknown;
  readonly _repeat?: unknown;
  readonly _destroyed?: unknown;
}
