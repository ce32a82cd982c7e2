import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import { realTimers } from '../../common/real-timers.js';

/** Milliseconds between two times that the totals are saved, whether anybody asks or not; and at most, where the process is idle. */
const [INTERVAL, IDLE_INTERVAL] = [4000, 30_000];

/** The share of a core below which a process is idle. */
const IDLE_CPU = 0.05;

/**
 * Saves from time to time what others need of this process when it is killed. A process that counts nothing and does nothing is woken
 * less often for it: where many are idle on one machine, saving is most of what they do.
 */
export class SaveSchedule {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private savedAt: number;
  private lookedAt: number;
  private wasActive = false;
  private cpu = process.cpuUsage();

  /**
   * @param takeNews whether anything was counted since it was last called.
   */
  constructor(
    private readonly takeNews: () => Promise<boolean>,
    private readonly save: () => Promise<void>,
    private readonly clock: Clock = realClock,
  ) {
    this.savedAt = this.lookedAt = clock();
  }

  start(): void {
    // Processes that start together do not all save at the same moment.
    this.schedule(Math.random() * INTERVAL);
  }

  /** Ends it, and waits for what it is saving. */
  async stop(): Promise<void> {
    realTimers.clearTimeout(this.timer);
    await this.running;
  }

  /** @internal Saves if it is time to, as the timer does. */
  async look(): Promise<void> {
    const isBusy = this.isBusy();
    const isActive = (await this.takeNews()) || isBusy;
    // The step of the history in which something happened may end only after the next save: so there is one more.
    const isDue = this.wasActive || this.clock() - this.savedAt > IDLE_INTERVAL - INTERVAL;
    this.wasActive = isActive;
    if (!isActive && !isDue) return;
    this.savedAt = this.clock();
    await this.save();
  }

  private schedule(delay: number): void {
    this.timer = realTimers.setTimeout(() => {
      this.schedule(INTERVAL);
      this.running ??= this.look()
        .catch(() => {})
        .finally(() => (this.running = undefined));
    }, delay);
    // Without unref(), an application that has nothing left to do would never end.
    this.timer.unref();
  }

  /** Whether it uses much CPU. The others then need its recent history if it is killed, even if it counts nothing. */
  private isBusy(): boolean {
    const [now, cpu] = [this.clock(), process.cpuUsage()];
    const used = (cpu.user + cpu.system - this.cpu.user - this.cpu.system) / 1000;
    const share = used / (now - this.lookedAt);
    this.lookedAt = now;
    this.cpu = cpu;
    return share > IDLE_CPU;
  }
}
