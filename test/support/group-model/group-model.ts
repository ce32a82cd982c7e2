import { expect } from 'vitest';
import type { MetricsSnapshot } from '../../../src/metrics/collection/snapshot.js';

/** Values of a histogram: how many, and their sum. */
interface Values {
  count: number;
  sum: number;
}

/** What a read must contain, as it was known when the read began. */
export interface Expected {
  readonly counters: ReadonlyMap<string, number>;
  /** The highest totals that were read before. */
  readonly floor: ReadonlyMap<string, number>;
  /** The gauge of each process that runs. */
  readonly levels: ReadonlyMap<number, number>;
  readonly running: ReadonlySet<number>;
  readonly ended: ReadonlySet<number>;
  readonly isAnyClosing: boolean;
  /** Processes that may be listed as late: the one that is read may not know yet that they were killed. */
  readonly mayBeLate: ReadonlySet<number>;
}

type Numbers = Pick<MetricsSnapshot, 'counters' | 'processes'> & Partial<MetricsSnapshot>;

/** What all processes of a group have counted and observed, and what readers have got of it. */
export class GroupModel {
  private readonly running = new Set<number>();
  private readonly ended = new Set<number>();
  private closing = 0;
  private levels: ReadonlyMap<number, number> = new Map();
  private readonly counters = new Map<string, number>();
  private readonly floor = new Map<string, number>();
  private readonly observed = new Map<string, Values>();
  private readonly delivered = new Map<string, Map<string, Values>>();

  /** A process adds the value to its counters and histograms, without labels and with its pid, and sets its gauge to it. */
  record(pid: number, value: number): void {
    const labels = `{process="${pid}"}`;
    this.levels = new Map([...this.levels, [pid, value]]);
    for (const key of ['', labels]) {
      this.counters.set(`work${key}`, (this.counters.get(`work${key}`) ?? 0) + value);
      addTo(this.observed, `size${key}`, { count: 1, sum: value });
    }
  }

  begin(pid: number): void {
    this.running.add(pid);
  }

  /** A process closes, or is killed. Until that is done, it may be listed with any state. */
  async end(pid: number, ending: Promise<void>): Promise<void> {
    this.running.delete(pid);
    this.levels = new Map([...this.levels].filter(([other]) => other !== pid));
    this.closing++;
    await ending;
    this.closing--;
    this.ended.add(pid);
  }

  expected(mayBeLate: ReadonlySet<number>): Expected {
    const [counters, floor] = [new Map(this.counters), new Map(this.floor)];
    const [running, ended] = [new Set(this.running), new Set(this.ended)];
    return {
      counters,
      floor,
      levels: this.levels,
      running,
      ended,
      isAnyClosing: this.closing > 0,
      mayBeLate,
    };
  }

  /** Checks the totals and the list of processes. @returns whether all processes have answered. */
  checkTotals({ counters, gauges, processes = [] }: Numbers, expected: Expected): boolean {
    const pids = processes.map(({ pid }) => pid);
    expect(new Set(pids).size, `processes listed twice: ${pids.join()}`).toBe(pids.length);
    let isComplete = true;
    for (const { pid, state } of processes) {
      const hasEnded = expected.ended.has(pid);
      if (hasEnded && state !== 'ended' && !expected.mayBeLate.has(pid))
        expect(`${pid} has ended, and is ${state}`).toBe('');
      if (this.running.has(pid)) expect(state, `${pid} runs`).not.toBe('ended');
      if (!hasEnded && state === 'late') isComplete = false;
    }
    for (const pid of expected.running) if (this.running.has(pid)) expect(pids).toContain(pid);
    for (const [key, counted] of this.counters) {
      const value = counters[key] ?? 0;
      // A process that did not answer in time is part of the sums with what it saved before.
      const least = (isComplete ? expected.counters : expected.floor).get(key) ?? 0;
      expect(value, `${key} is too low`).toBeGreaterThanOrEqual(least);
      expect(value, `${key} is too high`).toBeLessThanOrEqual(counted);
      this.floor.set(key, Math.max(value, this.floor.get(key) ?? 0));
    }
    const isQuiet =
      expected.levels === this.levels && !expected.isAnyClosing && expected.mayBeLate.size === 0;
    if (gauges !== undefined && isComplete && isQuiet) {
      const sum = [...this.levels.values()].reduce((total, level) => total + level, 0);
      expect(gauges.level ?? 0, 'the gauge').toBe(sum);
    }
    return isComplete;
  }

  /** Adds up what a reader gets, and checks that it gets nothing twice. */
  deliver(reader: string, histograms: MetricsSnapshot['histograms']): void {
    const sums = this.sumsOf(reader);
    for (const [key, { count, sum }] of Object.entries(histograms)) {
      addTo(sums, key, { count, sum });
      const [got, all] = [sums.get(key)?.count ?? 0, this.observed.get(key)?.count ?? 0];
      expect(got, `${reader} got values of ${key} twice`).toBeLessThanOrEqual(all);
    }
  }

  /** To be called when the reader has read everything. */
  checkDelivered(reader: string): void {
    const [got, all] = [this.sumsOf(reader), this.observed];
    expect(Object.fromEntries(got), reader).toMatchObject(Object.fromEntries(all));
  }

  private sumsOf(reader: string): Map<string, Values> {
    const sums = this.delivered.get(reader) ?? new Map<string, Values>();
    this.delivered.set(reader, sums);
    return sums;
  }
}

function addTo(sums: Map<string, Values>, key: string, { count, sum }: Values): void {
  const before = sums.get(key) ?? { count: 0, sum: 0 };
  sums.set(key, { count: before.count + count, sum: before.sum + sum });
}
