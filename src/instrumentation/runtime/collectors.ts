import type { FailureSink, FailureTexts } from '../../common/failure-log.js';
import { FailureLog } from '../../common/failure-log.js';
import type { DocumentFacts } from '../../metrics/collection/snapshot.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { CollectorMonitor } from './collector-monitor.js';
import type { Collector } from './collector.js';
import type { ResolvedCollectorsOptions } from './collectors.options.js';
import { EventLoopCollector } from './event-loop/event-loop.collector.js';
import { GcCollector } from './gc.collector.js';
import { GuardedCollector } from './guarded-collector.js';
import { Instance } from './instance.js';
import { MemoryCollector } from './memory/memory.collector.js';
import { NO_PROCESS_METRICS, ProcessCollector } from './process/process.collector.js';

/** Calls of collectors that threw, rejected or took too long; the counter appears with the first one. */
export const FAILED_COLLECTS = 'monitor_failed_collects';

/** What is said of collectors that fail. */
export interface CollectorTexts {
  failures(collector: string): FailureTexts;
  timedOut(ms: number): string;
}

/** All that fills the registry by itself: ours, as far as they are switched on, and those of the application. */
export class Collectors {
  private readonly guarded: GuardedCollector[] = [];
  private readonly instance = new Instance();
  private process: ProcessCollector | undefined;
  private monitor: CollectorMonitor | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly texts: CollectorTexts,
    private readonly sink: FailureSink,
  ) {
    registry.beforeRead({ collect: () => this.collect() });
  }

  /**
   * Makes the collectors. It comes after the constructor, since the options may come from a provider that injects the
   * service, which can read all of this.
   *
   * @param measureInterval milliseconds between two ticks of the timer that watches the event loop.
   */
  use(options: ResolvedCollectorsOptions, measureInterval: number): void {
    const { registry } = this;
    if (options.process) this.process = new ProcessCollector();
    const ours: (Collector | false | undefined)[] = [
      options.eventLoop && new EventLoopCollector(registry, measureInterval),
      this.process,
      options.memory && new MemoryCollector(registry),
      options.gc && new GcCollector(registry),
    ];
    for (const collector of [...ours, ...options.own]) if (collector) this.add(collector);
  }

  start(monitor: CollectorMonitor): void {
    this.monitor = monitor;
    for (const collector of this.guarded) collector.start(monitor);
  }

  /**
   * Has all of them bring their numbers up to date.
   *
   * @returns what there is to wait for, if any of them takes its time. It never rejects.
   */
  collect(): Promise<unknown> | undefined {
    const { monitor } = this;
    if (monitor === undefined) return undefined;
    const waits = this.guarded
      .map((collector) => collector.collect(monitor))
      .filter((wait) => wait !== undefined);
    return waits.length > 0 ? Promise.all(waits) : undefined;
  }

  /** Has those stop that were started. Never rejects. */
  async stop(): Promise<void> {
    const { monitor } = this;
    if (monitor !== undefined) await Promise.all(this.guarded.map((collector) => collector.stop(monitor)));
  }

  /** What the document says beside the numbers of the registry. */
  facts(): Pick<DocumentFacts, 'process' | 'instance'> {
    const { process } = this;
    return {
      process: process?.read() ?? NO_PROCESS_METRICS(),
      instance: this.instance.read(process?.ageBeforeNode),
    };
  }

  private add(collector: Collector): void {
    const failures = new FailureLog(this.texts.failures(nameOf(collector)), this.sink);
    const onFailure = (thrown: unknown) => {
      this.registry.ownCounter(FAILED_COLLECTS).inc();
      failures.failed(thrown);
    };
    const timedOut = (ms: number) => new Error(this.texts.timedOut(ms));
    this.guarded.push(new GuardedCollector(collector, onFailure, () => failures.succeeded(), timedOut));
  }
}

function nameOf(collector: Collector): string {
  const { name } = collector.constructor ?? {};
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'a collector';
}
