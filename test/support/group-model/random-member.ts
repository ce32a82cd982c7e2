import type { MetricsSnapshot } from '../../../src/metrics/collection/snapshot.js';
import type { joinGroup } from '../group-member.js';
import type { GroupModel } from './group-model.js';
import { PUBLISHER } from './group-plan.js';

type Joined = Awaited<ReturnType<typeof joinGroup>>;

/** A running member of a group, whose reads are checked by a model. */
export class RandomMember {
  readonly pid: number;
  /** Other processes that were killed since its last read. */
  readonly killed = new Set<number>();
  private readonly failedPublishes = new Set<object>();
  private work = 0;

  constructor(
    private readonly joined: Joined,
    private readonly model: GroupModel,
  ) {
    this.pid = joined.group.name.pid;
    model.begin(this.pid);
  }

  get group(): Joined['group'] {
    return this.joined.group;
  }

  /** Whether none of its reads and merges is in progress. */
  get isIdle(): boolean {
    return this.work === 0;
  }

  /** Whether it gave a window back since it last published. A publisher publishes once more before its process closes. */
  get hasFailed(): boolean {
    return this.failedPublishes.size > 0;
  }

  record(value: number): void {
    const { registry } = this.joined;
    for (const labels of [undefined, { process: String(this.pid) }]) {
      registry.count('work', value, labels);
      registry.observe('size', value, labels);
    }
    registry.kv('level', value);
    this.model.record(this.pid, value);
  }

  readTotals(): Promise<void> {
    return this.busy(async () => {
      const expected = this.model.expected(new Set(this.killed));
      const { counters: families } = await this.joined.source.now();
      const counters: MetricsSnapshot['counters'] = {};
      for (const { name, plain, labelled } of families.all()) {
        for (const { labels, value } of [...(plain === undefined ? [] : [plain]), ...labelled])
          counters[`${name}${labels}`] = value;
      }
      this.model.checkTotals({ counters, processes: this.group.states() }, expected);
    });
  }

  /** @returns whether all processes have answered. */
  readWindow(reader: string): Promise<boolean> {
    return this.busy(async () => {
      const [killed, failed] = [new Set(this.killed), [...this.failedPublishes]];
      const expected = this.model.expected(killed);
      const metrics = await this.joined.read(reader);
      this.model.deliver(reader, metrics.histograms);
      const isComplete = this.model.checkTotals(metrics, expected);
      for (const pid of killed) this.killed.delete(pid);
      if (reader === PUBLISHER) for (const one of failed) this.failedPublishes.delete(one);
      return isComplete;
    });
  }

  /** The publisher gets a window. @returns a function that gives it back. */
  async beginPublish(): Promise<() => void> {
    const expected = this.model.expected(new Set(this.killed));
    const reading = await this.joined.reader.read(PUBLISHER, true);
    this.model.checkTotals(reading.metrics, expected);
    return () => {
      this.failedPublishes.add(reading);
      reading.giveBack();
    };
  }

  /** Leaves the group. */
  close(): Promise<void> {
    return this.model.end(this.pid, this.joined.leave());
  }

  /** Everything that it recorded is saved before. */
  async kill(): Promise<void> {
    await this.group.save();
    await this.model.end(this.pid, this.joined.kill());
  }

  /** Does something if it is the leader. @returns whether it is. */
  asLeader(work: () => Promise<void>): Promise<boolean> {
    return this.busy(async () => {
      const isLeader = await this.group.leader.isOwn();
      if (isLeader) await work();
      return isLeader;
    });
  }

  /** Merges this share of the members that have ended. Only for the leader. */
  async merge(share: number): Promise<void> {
    await this.group.read({ kind: 'now' });
    const ended = this.group.roster.members.filter(({ endedAt }) => endedAt !== undefined);
    for (const member of ended.slice(0, Math.ceil(share * ended.length))) member.endedAt = -Infinity;
    await this.group.maintain();
  }

  private async busy<T>(work: () => Promise<T>): Promise<T> {
    this.work++;
    try {
      return await work();
    } finally {
      this.work--;
    }
  }
}
