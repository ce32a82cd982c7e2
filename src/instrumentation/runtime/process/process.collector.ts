import { residentSize } from '../../../common/resident-size.js';
import type { ProcessMetrics } from '../../../metrics/collection/snapshot.js';
import type { Collector } from '../collector.js';
import { CpuShare } from './cpu-share.js';
import { DescriptorLimit } from './descriptor-limit.js';
import { OpenDescriptors } from './open-descriptors.js';
import { PortableProcess } from './portable-process.js';
import type { ProcStat } from './proc-stat.js';
import { ProcSelfStat, secondsSinceBoot } from './proc-self-stat.js';
import { SamplingTimer } from '../sampling-timer.js';

/** Seconds. If Node appears to have started more than this after the process, one of the two clocks is wrong. */
const MAX_NODE_START_DELAY = 60;

/** The section if the collector is switched off: all keys, since a program made for µtornadomon expects them. */
export const NO_PROCESS_METRICS = (): ProcessMetrics => ({
  uptime: null,
  num_fds: null,
  max_fds: null,
  meminfo: { rss_bytes: null, vsz_bytes: null },
  cpu: { user_time: null, system_time: null, percent: null, num_threads: null },
});

/**
 * Measures the `process` section of the document. It is about the whole process, in a worker thread too. Each field fails on
 * its own: with /proc hidden, or without a descriptor left, the others still have their values.
 */
export class ProcessCollector implements Collector {
  private readonly stat = new ProcSelfStat();
  private readonly share = new CpuShare();
  private readonly descriptors = new OpenDescriptors();
  private readonly limit = new DescriptorLimit();
  /** Bytes in a page of memory, once they are known. */
  private pageSize: number | undefined;
  /** Seconds between the start of the process and that of Node. */
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
      this.setAge(sinceBoot - stat.startedAfterBoot);
      return;
    }
    void this.portable.ask().then(() => {
      const { figures } = this.portable;
      if (figures !== null) this.setAge(figures.age);
    });
  }

  stop(): void {
    this.sampling.stop();
    this.stat.close();
    this.portable.stop();
  }

  /** The current values. */
  read(): ProcessMetrics {
    const stat = this.stat.read();
    const { user, system } = process.cpuUsage();
    return {
      uptime: process.uptime() + this.age,
      num_fds: this.descriptors.count(this.limit.value),
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
    // The last answer of ps is out of date by now.
    if (this.portable.canAnswer && knownResidentSize() === null) void this.portable.ask();
  }

  /** Without a descriptor left, Node cannot read it. The open descriptor of /proc/self/stat still provides it, in pages. */
  private residentSize(stat: ProcStat | null): number | null {
    const bytes = knownResidentSize();
    const pages = stat?.residentPages ?? 0;
    if (bytes !== null) {
      // Pages may be added between the two reads, but the size of one is a power of two.
      if (pages > 0) this.pageSize ??= 2 ** Math.round(Math.log2(bytes / pages));
      return bytes;
    }
    if (pages > 0 && this.pageSize !== undefined) return pages * this.pageSize;
    return this.portable.figures?.rssBytes ?? null;
  }

  /** `process.uptime()` starts with Node. The difference is taken once, so that the uptime never decreases. */
  private setAge(age: number): void {
    const delay = age - process.uptime();
    if (delay > 0 && delay < MAX_NODE_START_DELAY) this.age = delay;
  }
}

function knownResidentSize(): number | null {
  try {
    return residentSize();
  } catch {
    // Node opens a file in /proc for it: there is none, or no descriptor left.
    return null;
  }
}
