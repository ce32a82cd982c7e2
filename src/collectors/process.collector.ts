import type { Clock } from '../metrics/clock.js';
import { monotonicClock } from '../metrics/clock.js';
import type { Collector } from '../metrics/collector.js';
import type { ProcessMetrics } from '../metrics/reading/snapshot.js';
import { countOpenDescriptors } from './open-descriptors.js';
import { PortableProcess } from './portable-process.js';
import { ProcSelfStat, secondsSinceBoot } from './proc-self-stat.js';

/** Node's own start cannot be this many seconds after that of the process: then one of the two clocks is wrong. */
const MAX_NODE_START_DELAY = 60;

/**
 * The `process` section of the document. Each field is guarded by itself: with /proc hidden, or without a
 * descriptor left, the others still say what they know.
 */
export class ProcessCollector implements Collector {
  private readonly stat = new ProcSelfStat();
  /** Seconds of age that the process had before Node knew of it. */
  private ageBeforeNode = 0;

  constructor(
    private readonly portable = new PortableProcess(),
    private readonly clock: Clock = monotonicClock,
  ) {}

  start(): void {
    const stat = this.stat.read();
    const sinceBoot = secondsSinceBoot();
    if (stat !== null && sinceBoot !== null) {
      this.learnAge(sinceBoot - stat.startedAfterBoot);
      return;
    }
    const asked = this.clock();
    void this.portable.ask().then(() => {
      const { figures } = this.portable;
      if (figures !== null) this.learnAge(figures.age + (this.clock() - asked) / 1000);
    });
  }

  stop(): void {
    this.stat.close();
  }

  /** The section as it is now. */
  read(): ProcessMetrics {
    const stat = this.stat.read();
    const { user, system } = process.cpuUsage();
    return {
      uptime: process.uptime() + this.ageBeforeNode,
      num_fds: countOpenDescriptors(),
      meminfo: { rss_bytes: this.residentSize(), vsz_bytes: stat?.vsizeBytes ?? null },
      cpu: { user_time: user / 1e6, system_time: system / 1e6, num_threads: stat?.numThreads ?? null },
    };
  }

  /** `process.uptime()` begins when Node does. Taken once, so that the uptime never goes back. */
  private learnAge(age: number): void {
    const delay = age - process.uptime();
    if (delay > 0 && delay < MAX_NODE_START_DELAY) this.ageBeforeNode = delay;
  }

  private residentSize(): number | null {
    try {
      return process.memoryUsage.rss();
    } catch {
      // Node opens a file for it, and has no descriptor left to do so, or no /proc.
      return this.portable.figures?.rssBytes ?? null;
    }
  }
}
