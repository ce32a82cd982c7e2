import { readlinkSync } from 'node:fs';
import { threadId, Worker } from 'node:worker_threads';
import { OWN_THREAD } from '../../common/own-thread.js';
import { realTimers } from '../../common/real-timers.js';
import type { RawBlock, WatchdogMessage, WatchdogSettings } from './raw-block.js';
import type { SharedState } from './shared-state.js';
import { WORKER_SOURCE } from './worker.source.js';

/** Limits of the interval between two checks of the event loop, in milliseconds. Each check wakes the worker. */
const [MIN_POLL, MAX_POLL] = [10, 250];

/** The interval between two checks, as a share of the threshold. Reading three stacks takes the rest. */
const POLL_SHARE = 0.6;

/** Milliseconds after which a worker that has not stopped by itself is terminated. */
const STOP_TIMEOUT = 500;

/** Milliseconds that the exit of the process waits for a session of the inspector to end. */
const EXIT_TIMEOUT = 200;

/** Heap limit of the worker, in megabytes. It needs 2, and several times the size of a file and its source map while it reads them. */
const HEAP_LIMIT = 256;

export interface WatchdogThreadListener {
  onBlock(raw: RawBlock): void;
  /** The worker has run out of memory. Another one goes on, which reads no source maps. */
  onSourceMapsOff(): void;
  /** No worker is running any more. */
  onFailure(error: unknown): void;
}

/** The worker thread of the watchdog. */
export class WatchdogThread {
  private worker: Worker | undefined;
  private exited: Promise<void> = Promise.resolve();

  /** @param threshold minimum duration of a reported block, in milliseconds. */
  constructor(
    private readonly state: SharedState,
    private readonly threshold: number,
    private readonly listener: WatchdogThreadListener,
  ) {}

  start(): void {
    process.once('exit', this.onExit);
    this.startWorker(true);
  }

  get isRunning(): boolean {
    return this.worker !== undefined;
  }

  /** @returns a promise that resolves when the thread has ended. */
  async stop(): Promise<void> {
    process.off('exit', this.onExit);
    this.state.stop();
    const { worker } = this;
    this.worker = undefined;
    if (worker === undefined) return;
    const late = realTimers.setTimeout(() => void worker.terminate(), STOP_TIMEOUT);
    await this.exited;
    realTimers.clearTimeout(late);
  }

  private startWorker(readsSourceMaps: boolean): void {
    const { state, threshold, listener } = this;
    const settings: WatchdogSettings = {
      buffer: state.buffer,
      pollInterval: Math.min(MAX_POLL, Math.max(MIN_POLL, threshold * POLL_SHARE)),
      threshold,
      threadId,
      task: ownTask(),
      readsSourceMaps,
    };
    try {
      // Without the modules that --import and NODE_OPTIONS load into each thread of the process.
      const worker = new Worker(WORKER_SOURCE, {
        eval: true,
        workerData: settings,
        execArgv: [],
        env: {},
        name: 'nestjs-monitor watchdog',
        resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT, maxYoungGenerationSizeMb: 2 },
      });
      Object.assign(worker, { [OWN_THREAD]: true });
      this.worker = worker;
      this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
      worker.on('message', (message: WatchdogMessage) => {
        if (message !== null) listener.onBlock(message);
      });
      worker.on('error', (error) => {
        // A worker that fails while it ends is not missed.
        if (this.worker === worker) this.onError(error, readsSourceMaps);
      });
      // After the message listener is added, since that refs the worker again.
      worker.unref();
    } catch (error) {
      // Node's permission model forbids workers by default.
      this.fail(error);
    }
  }

  private onError(error: unknown, readsSourceMaps: boolean): void {
    if (!readsSourceMaps || !isOutOfMemory(error)) return this.fail(error);
    this.listener.onSourceMapsOff();
    this.startWorker(false);
  }

  private fail(error: unknown): void {
    process.off('exit', this.onExit);
    this.worker = undefined;
    this.listener.onFailure(error);
  }

  /** If a session of the inspector is open when the process ends, Node prints that it waits for a debugger. */
  private readonly onExit = (): void => {
    this.state.stop();
    this.state.waitForDisconnect(EXIT_TIMEOUT);
  };
}

function isOutOfMemory(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** The directory in /proc of this thread, which only Linux has. */
function ownTask(): string | undefined {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}`;
  } catch {
    // Not Linux, or Node's permission model forbids it.
    return undefined;
  }
}
