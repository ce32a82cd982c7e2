import type { OnApplicationShutdown } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import { SafeLogger } from '../common/safe-logger.js';
import { describeThrown } from '../common/show-value.js';
import type { Startup } from '../common/startup/startup.js';
import type { CurrentSource } from '../metrics/source/current-source.js';
import { locateGroup, locateOwnGroup, tellThreads } from './group-location.js';
import type { ProcessesHandle } from './processes.handle.js';
import { CANNOT_JOIN } from './processes.messages.js';
import type { ResolvedProcessesOptions } from './processes.options.js';

/** The channel on which a thread announces that the monitor runs in it. */
const THREADS = 'nestjs-monitor:threads';

/** Joins the group when the application has started, and leaves it in the last shutdown hook. */
export class ProcessesRunner implements OnApplicationShutdown {
  private readonly logger = new SafeLogger('Monitor');
  private joining: Promise<void> | undefined;
  private isStopped = false;
  private threads: BroadcastChannel | undefined;
  private readonly onWorker = () => this.listenToThreads();

  private constructor(
    private readonly source: CurrentSource,
    private readonly handle: ProcessesHandle,
  ) {}

  static async create(
    options: ResolvedProcessesOptions,
    source: CurrentSource,
    handle: ProcessesHandle,
    startup: Startup,
  ): Promise<ProcessesRunner> {
    const runner = new ProcessesRunner(source, handle);
    if (options === undefined) return runner;
    const path = locateGroup(options);
    if (path !== undefined) {
      // Loaded with the providers: later, a process without a free file descriptor could not load it.
      await import('./joined-group.js');
      startup.start(() => runner.join(path));
    } else if (isMainThread) startup.start(() => runner.expectThreads());
    return runner;
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    unsubscribe('worker_threads', this.onWorker);
    this.threads?.close();
    if (isMainThread) tellThreads(undefined);
    await this.joining;
    this.source.use(undefined);
    await this.handle.leave();
  }

  /** Sets the directory for threads that start from now on. This process joins the group with the first one. */
  private expectThreads(): void {
    if (this.isStopped) return;
    tellThreads(locateOwnGroup());
    subscribe('worker_threads', this.onWorker);
  }

  /** Called for the first thread. Listens for the announcement of a thread in which the monitor runs. */
  private listenToThreads(): void {
    unsubscribe('worker_threads', this.onWorker);
    this.threads = new BroadcastChannel(THREADS);
    this.threads.onmessage = () => void this.join(locateOwnGroup());
    // Without unref(), an application that has nothing left to do would never end.
    (this.threads as BroadcastChannel & { unref(): void }).unref();
  }

  private join(path: string): Promise<void> {
    if (this.joining === undefined) {
      this.joining = this.tryToJoin(path);
      this.source.awaitGroup(this.joining);
    }
    return this.joining;
  }

  private async tryToJoin(path: string): Promise<void> {
    if (this.isStopped) return;
    try {
      const { JoinedGroup } = await import('./joined-group.js');
      const joined = await JoinedGroup.join(path, this.source.local, this.logger);
      await this.handle.join(joined);
      this.source.use(joined.source);
      if (isMainThread) tellThreads(path);
      else sayHello();
    } catch (thrown) {
      this.logger.warn(CANNOT_JOIN(path, describeThrown(thrown).message));
    }
  }
}

function sayHello(): void {
  const channel = new BroadcastChannel(THREADS);
  channel.postMessage('joined');
  channel.close();
}
