import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchdogMessage, WatchdogSettings } from '../raw-block.js';
import type { BlockTimes } from '../shared-state.js';
import { monotonicMs, SharedState } from '../shared-state.js';
import { BusyClock, POLL_INTERVAL } from './busy-clock.js';
import { EventWait } from './event-wait.js';
import { framesOf } from './frames.js';
import type { Answers } from './stack-sampler.js';
import { NO_ANSWERS, StackSampler } from './stack-sampler.js';
import { TaskFiles } from './task-files.js';
import { usageReader } from './thread-usage.js';

/** Milliseconds within which an event loop that turns has a heartbeat: those of a busy loop are at most 11 ms apart. */
const GRACE = 15;

/** Checks the event loop at intervals, and samples its stack while one of its turns takes long. */
export class Watch {
  private readonly state: SharedState;
  private readonly busy: BusyClock;
  private readonly wait: EventWait;
  private seen: number;

  constructor(
    private readonly settings: WatchdogSettings,
    private readonly send: (message: WatchdogMessage) => void,
  ) {
    this.state = new SharedState(settings.buffer);
    // An earlier worker may have reported those.
    this.seen = this.state.blocks;
    const task = settings.task === undefined ? undefined : new TaskFiles(settings.task);
    this.busy = new BusyClock(usageReader(task), monotonicMs);
    this.wait = new EventWait(task);
  }

  async run(): Promise<void> {
    const { state, settings } = this;
    while (!state.isStopped) {
      // A timer of Node would cost several times as much.
      state.sleep(settings.pollInterval);
      if (this.isLoopAlive()) {
        // A block that has ended by now was missed because this thread got no CPU. Then the watched one got none either.
        this.seen = state.blocks;
      } else if (!state.isStopped) {
        await this.watchTurn();
      }
    }
  }

  /** Whether the event loop waits for events, or has turned within the last milliseconds. */
  private isLoopAlive(): boolean {
    const { state, wait } = this;
    const { beats, lastBeat, idle } = state;
    // Taken before the call is read: this thread may get no CPU after that, and the watched one may block meanwhile.
    const now = monotonicMs();
    if (now - lastBeat < GRACE) return true;
    const call = wait.read();
    if (wait.isWaiting(call)) {
      state.lastWait = now;
      return true;
    }
    // This wakes an event loop that waits in a call that is not known yet, or that the system does not provide.
    this.send(null);
    state.sleep(GRACE);
    if (state.beats === beats) return wait.isWaiting();
    if (call !== undefined) wait.learn(call, state.lastBeat - lastBeat - (state.idle - idle));
    return true;
  }

  private async watchTurn(): Promise<void> {
    const { state, busy, settings } = this;
    const { beats } = state;
    const isCurrent = (): boolean => state.beats === beats && !state.isStopped;
    const lateFrom = monotonicMs();
    busy.start();
    const sampler = new StackSampler(() => busy.poll(), isCurrent);
    state.isConnected = true;
    if (!state.isStopped) sampler.connect(settings.threadId);
    while (isCurrent() && !sampler.isLoopTurning) {
      sampler.poll(busy.poll());
      await sleep(POLL_INTERVAL);
    }
    const total = busy.poll();
    const answers = sampler.disconnect(total);
    state.isConnected = false;
    while (isCurrent()) state.sleep(GRACE);
    for (const times of this.unseen()) {
      const isWatched = times.begin <= lateFrom + total && times.end >= lateFrom;
      // The time before the first poll is counted by the clock. It cannot be longer than this.
      const before = Math.min(Math.max(0, lateFrom - times.begin), settings.pollInterval + 2 * GRACE);
      if (isWatched) this.report(times, before + total, answers);
    }
    // Blocks during the search for source positions.
    for (const times of this.unseen()) this.report(times, times.end - times.begin, NO_ANSWERS);
  }

  private unseen(): BlockTimes[] {
    const found = this.state.blocksSince(this.seen);
    this.seen = this.state.blocks;
    return found;
  }

  private report(times: BlockTimes, busy: number, { stacks, answered, unanswered }: Answers): void {
    // `busy` may be longer, since the end of the turn is noticed a bit later.
    const duration = Math.min(times.end - times.begin, busy);
    if (duration < this.settings.threshold) return;
    const { isAsleep } = this.busy;
    this.send({
      ...times,
      duration,
      answered,
      unanswered,
      isAsleep,
      ...framesOf(stacks, this.settings.readsSourceMaps),
    });
  }
}
