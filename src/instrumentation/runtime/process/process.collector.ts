import type { ProcessMetrics } from '../../../metrics/collection/snapshot.js';
import type { Collector } from '../collector.js';
import { CpuShare } from './cpu-share.js';
import { DescriptorLimit } from './descriptor-limit.js';
import { OpenDescriptors } from './open-descriptors.js';
import { PortableProcess } from './portable-process.js';
import type { ProcStat } from './proc-self-stat.js';
import { ProcSelfStat, secondsSinceBoot } from './proc-self-stat.js';
import { SamplingTimer } from '../sampling-timer.js';

/** Node's own start cannot be this many seconds after that of the process: then one of the two clocks is wrong. */
const MAX_NODE_START_DELAY = 60;

/** The section where nobody measures it. Whoever expects the keys finds them. */
export const NO_PROCESS_METRICS = (): ProcessMetrics => ({
  uptime: null,
  num_fds: null,
  max_fds: null,
  meminfo: { rss_bytes: null, vsz_bytes: null },
  cpu: { user_time: null, system_time: null, percent: null, num_threads: null },
});

/**
 * The `process` section of the document: all of it is about the whole process, also when it is read in a worker. Each
 * field is guarded by itself: with /proc hidden, or without a descriptor left, the others still say what they know.
 */
export class ProcessCollector implements Collector {
  private readonly stat = new ProcSelfStat();
  private readonly share = new CpuShare();
  private readonly descriptors = new OpenDescriptors();
  private readonly limit = new DescriptorLimit();
  /** Bytes in a page of memory, as soon as they are known. */
  private pageSize: number | undefined;
  /** Seconds of age that the process had before Node knew of it. */
  private age = 0;

  constructor(
    private readonly portable = new PortableProcess(),
    private readonly sampling: Pick<SamplingTimer, 'start' | 'stop'> = new SamplingTimer(),
  ) {}

  get ageBeforeNode(): number {
    return this.age;
  }

  start(): void {
    this.stat.open();
    this.sample();
    this.sampling.start(() => this.sample());
    const stat = this.stat.read();
    this.residentSize(stat);
    const sinceBoot = secondsSinceBoot();
    if (stat !== null && sinceBoot !== null) {
      this.learnAge(sinceBoot - stat.startedAfterBoot);
      return;
    }
    void this.portable.ask().then(() => {
      const { figures } = this.portable;
      if (figures !== null) this.learnAge(figures.age);
    });
  }

  stop(): void {
    this.sampling.stop();
    this.stat.close();
    this.portable.stop();
  }

  /** The section as it is now. */
  read(): ProcessMetrics {
    const stat = this.stat.read();
    const { user, system } = process.cpuUsage();
    return {
      uptime: process.uptime() + this.age,
      num_fds: this.descriptors.count(),
      max_fds: this.limit.value,
      meminfo: {
        rss_bytes: this.residentSize(stat),
        vsz_bytes: stat?.vsizeBytes ?? null,
      },
      cpu: {
        user_time: user / 1e6,
        system_time: system / 1e6,
        percent: this.share.percent,
        num_threads: stat?.numThreads ?? null,
      },
    };
  }

  private sample(): void {
    this.share.sample();
    this.limit.refresh();
    // An answer does not stay true.
    if (this.portable.canAnswer && residentSize() === null) void this.portable.ask();
  }

  /** Without a descriptor left, Node cannot say it, and the one that is kept on /proc/self/stat still can, in pages. */
  private residentSize(stat: ProcStat | null): number | null {
    const bytes = residentSize();
    const pages = stat?.residentPages ?? 0;
    if (bytes !== null) {
      // Some pages may come or go between the two looks: the size of one is a power of two.
      if (pages > 0) this.pageSize ??= 2 ** Math.round(Math.log2(bytes / pages));
      return bytes;
    }
    if (pages > 0 && this.pageSize !== undefined) return pages * this.pageSize;
    return this.portable.figures?.rssBytes ?? null;
  }

  /** `process.uptime()` begins when Node does. Taken once, so that the uptime never goes back. */
  private learnAge(age: number): void {
    const delay = age - process.uptime();
    if (delay > 0 && delay < MAX_NODE_START_DELAY) this.age = delay;
  }
}

function residentSize(): number | null {
  try {
    return process.memoryUsage.rss();
  } catch {
    // Node opens a file for it, and has no descriptor left to do so, or no /proc.
    return null;
  }
}
