import * as inspector from 'node:inspector';
import { realTimers } from '../../common/real-timers.js';
import { GarbageCollections } from './garbage-collections.js';
import { Heartbeat } from './heartbeat.js';
import type { RawBlock } from './raw-block.js';
import type { BlockTimes } from './shared-state.js';
import { SharedState } from './shared-state.js';
import { WatchdogThread } from './watchdog-thread.js';

/** Maximum number of blocks that wait for a report of the worker. Some never get one. */
const MAX_WAITING = 16;

export interface WatchdogListener {
  /** The event loop was not blocked since the last heartbeat, and no block waits for {@link onBlockEnd}. */
  onBeat(): void;
  /** A turn of the event loop took long. The work that waited for it has begun by now. The cause is not known yet. */
  onBlockEnd(times: BlockTimes): void;
  /** @param gc milliseconds of the block that were garbage collection. */
  onBlock(raw: RawBlock, gc: number): void;
  /** The watchdog needed too much memory for source maps. It goes on without them. */
  onSourceMapsOff(): void;
  /** The watchdog has failed. Blocks are no longer explained, and no other method is called. */
  onFailure(error: unknown): void;
}

/**
 * Watches the event loop of this thread from a worker thread: the stack of a block can be read only while the block lasts.
 */
export class Watchdog {
  private readonly heartbeat: Heartbeat;
  private readonly collections = new GarbageCollections();
  private readonly thread: WatchdogThread;
  private readonly waiting = new Map<number, number>();
  /** Number of ended blocks for which `onBlockEnd()` is not called yet. A heartbeat may come before that. */
  private unfinished = 0;

  /** @param threshold minimum duration of a reported block, in milliseconds. */
  constructor(
    threshold: number,
    private readonly listener: WatchdogListener,
  ) {
    const state = new SharedState();
    this.heartbeat = new Heartbeat(state, threshold, {
      onBeat: () => {
        if (this.unfinished === 0) listener.onBeat();
      },
      onBlock: (times) => {
        this.unfinished++;
        this.afterNextTurn(() => this.finish(times));
      },
    });
    this.thread = new WatchdogThread(state, threshold, {
      onBlock: (raw) => this.afterNextTurn(() => this.report(raw)),
      onSourceMapsOff: () => listener.onSourceMapsOff(),
      onFailure: (error) => this.fail(error),
    });
  }

  start(): void {
    this.heartbeat.start();
    this.collections.start();
    this.thread.start();
  }

  /** @returns a promise that resolves when the worker thread has ended. */
  async stop(): Promise<void> {
    this.heartbeat.stop();
    this.collections.stop();
    await this.thread.stop();
  }

  private fail(error: unknown): void {
    void this.stop();
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
    if (this.thread.isRunning && !isHeldByDebugger) this.listener.onBlock(raw, gc);
  }

  /** In the turn after a block, the requests that arrived during it begin, and Node reports its garbage collections. */
  private afterNextTurn(work: () => void): void {
    const guarded = (): void => {
      try {
        work();
      } catch (error) {
        // It would end the process.
        this.fail(error);
      }
    };
    realTimers.setImmediate(() => realTimers.setImmediate(guarded));
  }
}
