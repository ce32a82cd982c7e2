import { OWN_THREAD } from '../../common/own-thread.js';
import { readlinkSync } from 'node:fs';
import * as inspector from 'node:inspector';
import { threadId, Worker } from 'node:worker_threads';
import { realTimers } from '../../common/real-timers.js';
import { GarbageCollections } from './garbage-collections.js';
import { Heartbeat } from './heartbeat.js';
import type { RawBlock, WatchdogMessage, WatchdogSettings } from './raw-block.js';
import type { BlockTimes } from './shared-state.js';
import { SharedState } from './shared-state.js';
import { WORKER_SOURCE } from './worker.source.js';

/** Milliseconds: each look at the event loop costs a wake-up of the worker. */
const [MIN_POLL, MAX_POLL] = [10, 250];

/** The share of the threshold after which the worker looks again: three stacks take the rest of it. */
const POLL_SHARE = 0.6;

/** Milliseconds that the worker has to end by itself. */
const STOP_TIMEOUT = 500;

/** Megabytes. It needs 2, and more for a large source map. */
const WORKER_HEAP = 128;

/** The most blocks that wait for the answer of the worker. Some never get one. */
const MAX_WAITING = 16;

export interface WatchdogListener {
  /** The event loop was not blocked since the last heartbeat, and no block waits for {@link onBlockEnd}. */
  onBeat(): void;
  /** A turn of the event loop took long, and what waited for it has begun by now. Its cause is not known yet. */
  onBlockEnd(times: BlockTimes): void;
  /** @param gc milliseconds of the block that were garbage collection. */
  onBlock(raw: RawBlock, gc: number): void;
  /** The watchdog is no more, and blocks are not explained. */
  onFailure(error: unknown): void;
}

/**
 * Watches the event loop of this thread from a worker thread: what blocks the loop can be asked for only while it does.
 */
export class Watchdog {
  private readonly state = new SharedState();
  private readonly heartbeat: Heartbeat;
  private readonly collections = new GarbageCollections();
  private readonly waiting = new Map<number, number>();
  /** Blocks that have ended, and of which it is not known yet what waited. A heartbeat may come first. */
  private unfinished = 0;
  private worker: Worker | undefined;
  private exited: Promise<void> = Promise.resolve();

  /** @param threshold milliseconds from which on a block is reported. */
  constructor(
    private readonly threshold: number,
    private readonly listener: WatchdogListener,
  ) {
    this.heartbeat = new Heartbeat(this.state, threshold, {
      onBeat: () => {
        if (this.unfinished === 0) listener.onBeat();
      },
      onBlock: (times) => {
        this.unfinished++;
        afterNextTurn(() => this.finish(times));
      },
    });
  }

  start(): void {
    const settings: WatchdogSettings = {
      buffer: this.state.buffer,
      pollInterval: Math.min(MAX_POLL, Math.max(MIN_POLL, this.threshold * POLL_SHARE)),
      threshold: this.threshold,
      threadId,
      task: ownTask(),
    };
    this.heartbeat.start();
    this.collections.start();
    try {
      // What the process loads into each of its threads is not for this one: neither --import nor NODE_OPTIONS.
      const worker = new Worker(WORKER_SOURCE, {
        eval: true,
        workerData: settings,
        execArgv: [],
        env: {},
        name: 'nestjs-monitor watchdog',
        resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP, maxYoungGenerationSizeMb: 2 },
      });
      Object.assign(worker, { [OWN_THREAD]: true });
      this.worker = worker;
      this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
      worker.on('message', (message: WatchdogMessage) => {
        if (message !== null) afterNextTurn(() => this.report(message));
      });
      worker.on('error', (error) => this.fail(error));
      // A listener of messages makes the process wait for the worker again.
      worker.unref();
    } catch (error) {
      // Node's permission model does not allow workers by itself.
      this.fail(error);
    }
  }

  /** @returns when its thread has ended. */
  async stop(): Promise<void> {
    this.heartbeat.stop();
    this.collections.stop();
    this.state.stop();
    const { worker } = this;
    this.worker = undefined;
    if (worker === undefined) return;
    const late = realTimers.setTimeout(() => void worker.terminate(), STOP_TIMEOUT);
    await this.exited;
    realTimers.clearTimeout(late);
  }

  private fail(error: unknown): void {
    this.heartbeat.stop();
    this.collections.stop();
    this.listener.onFailure(error);
  }

  private finish(times: BlockTimes): void {
    this.unfinished--;
    this.listener.onBlockEnd(times);
    if (this.waiting.size >= MAX_WAITING) this.waiting.clear();
    this.waiting.set(times.end, this.collections.during(times.begin, times.end));
  }

  private report(raw: RawBlock): void {
    const gc = this.waiting.get(raw.end) ?? this.collections.during(raw.begin, raw.end);
    this.waiting.delete(raw.end);
    const isHeldByDebugger = raw.isAsleep && raw.stacks.length > 0 && inspector.url() !== undefined;
    if (this.worker !== undefined && !isHeldByDebugger) this.listener.onBlock(raw, gc);
  }
}

/** Linux has a directory for each thread. */
function ownTask(): string | undefined {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}`;
  } catch {
    // Another system, or Node's permission model does not allow it.
    return undefined;
  }
}

/** Requests that came in during a block begin in the turn after it, and Node hands garbage collections over by then. */
function afterNextTurn(work: () => void): void {
  realTimers.setImmediate(() => realTimers.setImmediate(work));
}
