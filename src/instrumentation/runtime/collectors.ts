import type { FailureSink } from '../../common/failure-log.js';
import { FailureLog } from '../../common/failure-log.js';
import type { DocumentFacts } from '../../metrics/collection/snapshot.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { COLLECTOR_FAILURES } from './collector.messages.js';
import type { CollectorMonitor } from './collector-monitor.js';
import type { Collector } from './collector.js';
import type { ResolvedCollectorsOptions } from './collectors.options.js';
import { EventLoopCollector } from './event-loop/event-loop.collector.js';
import { GcCollector } from './gc.collector.js';
import { GuardedCollector } from './guarded-collector.js';
import { Instance } from './instance.js';
import { MemoryCollector } from './memory/memory.collector.js';
import { NO_PROCESS_METRICS, ProcessCollector } from './process/process.collector.js';
import { forgetThreads } from '../../common/started-threads.js';
import { ThreadsCollector } from './threads/threads.collector.js';

/** Counts calls of collectors that threw, rejected or timed out. It appears with the first one. */
const FAILED_COLLECTS = 'monitor_failed_collects';

/** Runs the collectors: the built-in ones that are switched on, and those of the application. */
export class Collectors {
  private readonly guarded: GuardedCollector[] = [];
  private readonly instance = new Instance();
  private process: ProcessCollector | undefined;
  private monitor: CollectorMonitor | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly sink: FailureSink,
  ) {
    registry.beforeRead({ collect: () => this.collect() });
  }

  /**
   * Creates the collectors. Not in the constructor, since the options may come from a provider that injects
   * `MonitorService`, which needs this class.
   *
   * @param measureInterval milliseconds between two ticks of the event loop collector.
   */
  use(options: ResolvedCollectorsOptions, measureInterval: number): void {
    const { registry } = this;
    if (options.process) this.process = new ProcessCollector();
    // The module has remembered them for this application, which does not measure them.
    if (!options.eventLoop) forgetThreads();
    const builtIn: (Collector | false | undefined)[] = [
      options.eventLoop && new EventLoopCollector(registry, measureInterval),
      options.eventLoop && new ThreadsCollector(registry),
      this.process,
      options.memory && new MemoryCollector(registry),
      options.gc && new GcCollector(registry),
    ];
    for (const collector of [...builtIn, ...options.own]) if (collector) this.add(collector);
  }

  start(monitor: CollectorMonitor): void {
    this.monitor = monitor;
    for (const collector of this.guarded) collector.start(monitor);
  }

  /**
   * Calls `collect()` of all collectors.
   *
   * @returns a promise if any of them is asynchronous. It never rejects.
   */
  collect(): Promise<unknown> | undefined {
    const { monitor } = this;
    if (monitor === undefined) return undefined;
    const waits = this.guarded
      .map((collector) => collector.collect(monitor))
      .filter((wait) => wait !== undefined);
    return waits.length > 0 ? Promise.all(waits) : undefined;
  }

  /** Stops the collectors that were started. Never rejects. */
  async stop(): Promise<void> {
    const { monitor } = this;
    // An application that is closed without a start.
    if (monitor === undefined) forgetThreads();
    else await Promise.all(this.guarded.map((collector) => collector.stop(monitor)));
  }

  /**
   * Adds a collector while the application runs, or before.
   *
   * @param name for the log.
   * @returns a function that stops and removes it.
   */
  addLater(collector: Collector, name: string): () => void {
    const guarded = this.guard(collector, name);
    this.guarded.push(guarded);
    if (this.monitor !== undefined) guarded.start(this.monitor);
    return () => {
      const at = this.guarded.indexOf(guarded);
      if (at < 0) return;
      this.guarded.splice(at, 1);
      if (this.monitor !== undefined) void guarded.stop(this.monitor);
    };
  }

  /** The sections of the document that are not in the registry. */
  facts(): Pick<DocumentFacts, 'process' | 'instance'> {
    const { process } = this;
    return {
      process: process?.read() ?? NO_PROCESS_METRICS(),
      instance: this.instance.read(process?.ageBeforeNode),
    };
  }

  private add(collector: Collector): void {
    this.guarded.push(this.guard(collector, nameOf(collector)));
  }

  private guard(collector: Collector, name: string): GuardedCollector {
    const failures = new FailureLog(COLLECTOR_FAILURES(name), this.sink);
    const onFailure = (thrown: unknown) => {
      this.registry.ownCounter(FAILED_COLLECTS).inc();
      failures.failed(thrown);
    };
    return new GuardedCollector(collector, onFailure, () => failures.succeeded());
  }
}

function nameOf(collector: Collector): string {
  const { name } = collector.constructor ?? {};
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'a collector';
}
