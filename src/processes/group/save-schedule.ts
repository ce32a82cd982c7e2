import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import { realTimers } from '../../common/real-timers.js';

/** Milliseconds between two scheduled saves of a busy process; and at most between those of an idle one. */
const [INTERVAL, IDLE_INTERVAL] = [4000, 30_000];

/** The share of a core below which a process is idle. */
const IDLE_CPU = 0.05;

/**
 * Regularly saves the data that others need if this process is killed. A process that counts nothing and uses little CPU saves less
 * often: if many processes of a machine are idle, saving is most of what they do.
 */
export class SaveSchedule {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private savedAt: number;
  private checkedAt: number;
  private wasActive = false;
  private cpu = process.cpuUsage();

  /**
   * @param takeNews returns whether anything was counted since its last call.
   */
  constructor(
    private readonly takeNews: () => Promise<boolean>,
    private readonly save: () => Promise<void>,
    private readonly clock: Clock = realClock,
  ) {
    this.savedAt = this.checkedAt = clock();
  }

  start(): void {
    // Processes that start together do not all save at the same moment.
    this.schedule(Math.random() * INTERVAL);
  }

  /** Stops the schedule, and waits for a save in progress. */
  async stop(): Promise<void> {
    realTimers.clearTimeout(this.timer);
    await this.running;
  }

  /** @internal Saves if it is time to, as the timer does. */
  async check(): Promise<void> {
    const isBusy = this.isBusy();
    const isActive = (await this.takeNews()) || isBusy;
    // The history step with the last activity may end after the save for it, so one more save follows.
    const isDue = this.wasActive || this.clock() - this.savedAt > IDLE_INTERVAL - INTERVAL;
    this.wasActive = isActive;
    if (!isActive && !isDue) return;
    this.savedAt = this.clock();
    await this.save();
  }

  private schedule(delay: number): void {
    this.timer = realTimers.setTimeout(() => {
      this.schedule(INTERVAL);
      this.running ??= this.check()
        .catch(() => {})
        .finally(() => (this.running = undefined));
    }, delay);
    // Without unref(), an application that has nothing left to do would never end.
    this.timer.unref();
  }

  /** Whether the process uses much CPU. If it is then killed, others need its recent history, even if it counted nothing. */
  private isBusy(): boolean {
    const [now, cpu] = [this.clock(), process.cpuUsage()];
    const used = (cpu.user + cpu.system - this.cpu.user - this.cpu.system) / 1000;
    const share = used / (now - this.checkedAt);
    this.checkedAt = now;
    this.cpu = cpu;
    return share > IDLE_CPU;
  }
}
