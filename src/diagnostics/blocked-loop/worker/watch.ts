import { setTimeout as sleep } from 'node:timers/promises';
import type { RawBlock, WatchdogSettings } from '../raw-block.js';
import type { BlockTimes } from '../shared-state.js';
import { monotonicMs, SharedState } from '../shared-state.js';
import { BusyClock, POLL_INTERVAL } from './busy-clock.js';
import { framesOf } from './frames.js';
import type { Answers } from './stack-sampler.js';
import { NO_ANSWERS, StackSampler } from './stack-sampler.js';
import { mainThreadUsage } from './thread-usage.js';

/** Milliseconds that a heartbeat may be late. */
const SLACK = 15;

/** Sleeps from heartbeat to heartbeat, and watches the main thread while one of them does not come. */
export class Watch {
  private readonly state: SharedState;
  private readonly busy: BusyClock;
  private seen = 0;

  constructor(
    private readonly settings: WatchdogSettings,
    private readonly report: (block: RawBlock) => void,
  ) {
    this.state = new SharedState(settings.buffer);
    // In a worker thread, the thread to watch is not the main one, and what the kernel calls it is not known.
    this.busy = new BusyClock(settings.readsStacks ? mainThreadUsage() : () => undefined, monotonicMs);
  }

  async run(): Promise<void> {
    const { state, settings } = this;
    while (!state.isStopped) {
      const wait = state.lastBeat + settings.beatInterval + SLACK - monotonicMs();
      if (wait > 0) {
        // Timers of Node's own would cost several times as much.
        state.sleep(wait);
        // A block that was over by now was missed because this thread did not get to run. Nor did the main thread, then.
        this.seen = state.blocks;
      } else {
        await this.watchLateBeat();
      }
    }
  }

  private async watchLateBeat(): Promise<void> {
    const { state, busy } = this;
    const { beats } = state;
    const isCurrent = (): boolean => state.beats === beats && !state.isStopped;
    const lateFrom = monotonicMs();
    busy.start();
    const sampler = new StackSampler(() => busy.poll(), isCurrent);
    if (this.settings.readsStacks) sampler.connect();
    while (isCurrent() && !sampler.isLoopTurning) {
      sampler.poll(busy.poll());
      await sleep(POLL_INTERVAL);
    }
    const total = busy.poll();
    const answers = sampler.disconnect(total);
    while (isCurrent()) state.sleep(this.settings.beatInterval);
    for (const times of this.unseen()) {
      const isWatched = times.begin <= lateFrom + total && times.end >= lateFrom;
      // What came before the first poll was less than the threshold, and may be counted by the clock.
      if (isWatched) this.send(times, Math.max(0, lateFrom - times.begin) + total, answers);
    }
    // Blocks during the search for source positions.
    for (const times of this.unseen()) this.send(times, times.end - times.begin, NO_ANSWERS);
  }

  private unseen(): BlockTimes[] {
    const found = this.state.blocksSince(this.seen);
    this.seen = this.state.blocks;
    return found;
  }

  private send(times: BlockTimes, busy: number, { stacks, answered, unanswered }: Answers): void {
    // That the turn has ended is seen a bit later.
    const duration = Math.min(times.end - times.begin, busy);
    if (duration < this.settings.threshold) return;
    const { isAsleep } = this.busy;
    this.report({ ...times, duration, answered, unanswered, isAsleep, ...framesOf(stacks) });
  }
}
