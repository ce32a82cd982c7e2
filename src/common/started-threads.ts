import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';

export interface ThreadFollower {
  onStart(worker: Worker): void;
  onEnd(worker: Worker): void;
}

/** A channel and not the event `worker` of `process`: Node warns of more than ten listeners, and tests may have more applications. */
const CHANNEL = 'worker_threads';

/**
 * The key of the state in the channel, which is one for the process. Jest has a `globalThis` for each test file: a subscriber in each
 * would keep all files in memory that create an application, and neither start nor close it.
 */
const KEY = Symbol.for('nestjs-monitor.started-threads.1');

/** The worker threads that this thread has started and that run, as long as anybody follows them. */
class StartedThreads {
  readonly running = new Set<Worker>();
  readonly followers = new Set<ThreadFollower>();
  /** Whether an application is being created. It follows when it has started. */
  isExpecting = false;
  private isSubscribed = false;

  subscribe(): void {
    if (this.isSubscribed) return;
    this.isSubscribed = true;
    subscribe(CHANNEL, this.onMessage);
  }

  unsubscribe(): void {
    this.isSubscribed = false;
    unsubscribe(CHANNEL, this.onMessage);
  }

  // Called while the worker is created. The monitor marks its own workers right after that, before the next tick.
  private readonly onMessage = (message: unknown): void => {
    const { worker } = message as { worker: Worker };
    process.nextTick(() => this.isSubscribed && this.add(worker));
  };

  private add(worker: Worker): void {
    this.running.add(worker);
    worker.once('exit', () => {
      this.running.delete(worker);
      for (const follower of this.followers) follower.onEnd(worker);
    });
    for (const follower of this.followers) follower.onStart(worker);
  }
}

/**
 * Remembers the threads that are started from now on, for the follower that comes next. To be called before an application creates
 * its providers: a pool is often started in a constructor.
 */
export function rememberThreads(): void {
  subscribed().isExpecting = true;
}

/** Ends {@link rememberThreads} if nobody will follow. */
export function forgetThreads(): void {
  const threads = homeOf()[KEY];
  if (threads === undefined) return;
  threads.isExpecting = false;
  endUnused(threads);
}

/** Calls `onStart()` for each thread that is remembered, and from now on for each that is started. */
export function followThreads(follower: ThreadFollower): void {
  const threads = subscribed();
  threads.isExpecting = false;
  threads.followers.add(follower);
  for (const worker of threads.running) follower.onStart(worker);
}

export function unfollowThreads(follower: ThreadFollower): void {
  const threads = homeOf()[KEY];
  if (threads?.followers.delete(follower) === true) endUnused(threads);
}

function subscribed(): StartedThreads {
  const threads = (homeOf()[KEY] ??= new StartedThreads());
  threads.subscribe();
  return threads;
}

function endUnused(threads: StartedThreads): void {
  if (threads.isExpecting || threads.followers.size > 0) return;
  threads.unsubscribe();
  delete homeOf()[KEY];
}

function homeOf(): { [KEY]?: StartedThreads } {
  // The object stays the same while the channel has a subscriber.
  return channel(CHANNEL) as { [KEY]?: StartedThreads };
}
