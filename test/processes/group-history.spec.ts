import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/findings/finding.js';
import type { ProcessesEvent, StepEvent } from '../../src/history/history-document.js';
import type { HistoryDocument } from '../../src/index.js';
import { ADAPTERS } from '../support/app.js';
import { Cluster } from '../support/cluster.js';
import { EventStream } from '../support/event-source.js';
import { eventually } from '../support/eventually.js';
import { present } from '../support/present.js';

/**
 * The values of one figure of a series by the ends of the steps of one second. Steps of one process may end some milliseconds before
 * or after the full second, where the clock of the system was adjusted.
 */
function valuesOf(history: HistoryDocument, key: string, figure: string): Map<number, number> {
  const index = history.series.findIndex((series) => series.key === key);
  const { times, columns } = present(history.tiers[0]);
  const column = columns.find((one) => one.series === index && one.figure === figure);
  return new Map(times.map((time, at) => [Math.round(time / 1000) * 1000, column?.values[at] ?? 0]));
}

/** The times that all of them have. Checks that some of these have values. */
function commonTimes([first, ...others]: readonly Map<number, number>[]): number[] {
  const common = [...(first ?? [])].filter(([time]) => others.every((other) => other.has(time)));
  expect(common.some(([, value]) => value > 0)).toBe(true);
  return common.map(([time]) => time);
}

function latest({ series, latest: totals }: HistoryDocument, key: string): number | null | undefined {
  return totals[series.findIndex((one) => one.key === key)];
}

async function dataOf<T>(stream: EventStream, event: string): Promise<T> {
  return present(await stream.next(event)).data as T;
}

/** A cluster, and reads of its history. */
class Histories {
  work = 0;
  private countedAt = 0;

  constructor(readonly cluster: Cluster) {}

  static async of(adapter: string): Promise<Histories> {
    const histories = new Histories(await Cluster.start(adapter, 3, { diagnostics: true }));
    // The first step of a process is shorter than the others.
    await eventually(async () =>
      expect(present((await histories.read()).tiers[0]).times.length).toBeGreaterThan(2),
    );
    return histories;
  }

  /** Counts in each worker, and waits until the history has it. */
  async countInAll(): Promise<void> {
    this.work += await this.cluster.workInAll('?value=5');
    this.countedAt = Date.now();
    await eventually(async () => {
      const history = await this.readSteps();
      expect([latest(history, 'work'), latest(history, 'size')]).toEqual([this.work, this.work]);
    });
  }

  /** Reads until all workers have sent the step in which they counted: the totals may be ahead of it. */
  readSteps(): Promise<HistoryDocument> {
    return eventually(async () => {
      const history = await this.read('?series=work,size');
      expect(history.sequence).toBeGreaterThanOrEqual(2 * (this.countedAt + 1000));
      expect(history.processes?.every(({ state }) => state !== 'late')).toBe(true);
      return history;
    });
  }

  async read(query = ''): Promise<HistoryDocument> {
    const { status, body } = await this.cluster.request(`/monitor/history${query}`);
    if (status !== 200) throw new Error(`${status} ${body}`);
    return JSON.parse(body) as HistoryDocument;
  }

  open(query = ''): Promise<EventStream> {
    return EventStream.open(`http://127.0.0.1:${this.cluster.port}/monitor/events${query}`);
  }

  async findings(query = ''): Promise<Finding[]> {
    const { body } = await this.cluster.request(`/monitor/findings${query}`);
    return (JSON.parse(body) as { findings: Finding[] }).findings;
  }
}

describe.each(ADAPTERS)('the history of a cluster on %s', (adapter) => {
  let histories: Histories;
  let cluster: Cluster;

  beforeAll(async () => {
    histories = await Histories.of(adapter);
    ({ cluster } = histories);
  });

  afterAll(() => cluster.close());

  it('is the sum of those of its workers, step by step, and the same whichever of them is read', async () => {
    await histories.countInAll();
    const own: Map<number, number>[] = [];
    let sum = 0;
    for (const pid of cluster.pids) {
      const history = await histories.read(`?process=${pid}&series=work`);
      expect(history.instance.pid).toBe(pid);
      expect(history.processes).toBeUndefined();
      own.push(valuesOf(history, 'work', 'rate'));
      sum += latest(history, 'work') ?? 0;
    }
    expect(sum).toBe(histories.work);
    const merged = new Map<number, Map<number, number>>();
    while (merged.size < 3) {
      const history = await histories.readSteps();
      expect(new Set(history.processes?.map(({ pid }) => pid))).toEqual(cluster.pids);
      merged.set(history.instance.pid, valuesOf(history, 'work', 'rate'));
    }
    for (const time of commonTimes([...merged.values(), ...own])) {
      const expected = own.reduce((total, rates) => total + (rates.get(time) ?? 0), 0);
      for (const rates of merged.values()) expect(rates.get(time)).toBeCloseTo(expected, 3);
    }
  });

  it('can be read of the last seconds alone', async () => {
    const all = await histories.readSteps();
    await eventually(async () => {
      const { tiers, time } = await histories.read('?last=1');
      const { times } = present(tiers[0]);
      expect(times.length).toBeGreaterThan(0);
      expect(times.length).toBeLessThan(present(all.tiers[0]).times.length);
      expect(times.every((one) => one > time - 2000)).toBe(true);
    });
  });

  it('can be read of each worker, from any other one: history, events, findings', async () => {
    for (const pid of cluster.pids) {
      const own = await histories.read(`?process=${pid}&series=work`);
      const stream = await histories.open(`?process=${pid}&after=${own.sequence}`);
      expect((await stream.next('instance'))?.data).toMatchObject({ instance: { pid } });
      const step = await dataOf<StepEvent>(stream, 'step');
      expect(step.sequence).toBeGreaterThan(own.sequence);
      stream.close();
      // On a busy machine, its event loop may be blocked.
      for (const finding of await histories.findings(`?process=${pid}`)) {
        expect(finding.process?.pid ?? pid).toBe(pid);
      }
    }
  });

  it('is not read of a process that is none of the group', async () => {
    for (const part of ['history', 'events', 'findings', 'profile/cpu', 'report', 'captures', 'captures/x']) {
      for (const [process, status] of [
        ['x', 400],
        ['', 400],
        ['-1', 400],
        ['99999999999', 400],
        // A process of another user, and one that does not exist.
        ['1', 404],
        ['4194304', 404],
      ] as const) {
        expect(await cluster.request(`/monitor/${part}?process=${process}`)).toMatchObject({ status });
      }
    }
  });

  it('is not read of another worker by whoever may not read the one that is asked', async () => {
    const [pid = 0] = cluster.pids;
    for (const part of ['history', 'events', 'findings', 'profile/cpu', 'report', 'captures']) {
      const path = `/monitor/${part}?process=${pid}`;
      expect(await cluster.request(path, { 'X-Forwarded-For': '203.0.113.1' })).toMatchObject({
        status: 403,
      });
      expect(await cluster.request(path, { Origin: 'http://evil.example.com' })).toMatchObject({
        status: 403,
      });
    }
  });

  it('goes on as events with sums, also for a client that another worker has served before', async () => {
    const { sequence } = await histories.read('?series=work');
    const stream = await histories.open(`?after=${sequence}`);
    await stream.next('instance');
    const { series, processes, latest: totals } = await dataOf<HistoryDocument>(stream, 'history');
    expect(processes).toHaveLength(3);
    const at = series.findIndex(({ key }) => key === 'work');
    expect(totals[at]).toBe(histories.work);
    histories.work += await cluster.workInAll('?value=5');
    let [total, hasRate] = [0, false];
    while (total !== histories.work || !hasRate) {
      const { step, values, time } = await dataOf<StepEvent>(stream, 'step');
      expect(2 * time).toBeGreaterThanOrEqual(sequence - 1);
      for (const [index, figure, value] of values) {
        if (index !== at || step !== 1) continue;
        if (figure === 'total') total = value;
        if (figure === 'rate') hasRate ||= value > 0;
      }
    }
    const event = await dataOf<ProcessesEvent>(stream, 'processes');
    expect(new Set(event.processes.map(({ pid }) => pid))).toEqual(cluster.pids);
    for (const { memory, state } of event.processes) {
      expect(memory).toBeGreaterThan(1e6);
      expect(state).toBe('ok');
    }
    stream.close();
  });

  it('goes on with the step of ten seconds that ends together with the last step of a second', async () => {
    const stream = await histories.open();
    let { step, time } = await dataOf<StepEvent>(stream, 'step');
    while (step !== 10) ({ step, time } = await dataOf<StepEvent>(stream, 'step'));
    stream.close();
    // Steps of both lengths have the same end: the number of the one of a second is twice its time, that of the other is one more.
    for (const [after, isSent] of [
      [2 * time, true],
      [2 * time + 1, false],
    ] as const) {
      // Another worker may have less than the one that has sent the step.
      await eventually(async () => {
        const again = await histories.open(`?after=${after}`);
        const { tiers, sequence } = await dataOf<HistoryDocument>(again, 'history');
        again.close();
        expect(sequence).toBeGreaterThan(2 * time);
        expect(tiers[1]?.times.includes(time)).toBe(isSent);
      });
    }
  });

  it('gives a report and a profile of the worker that is asked for', async () => {
    const [pid = 0, other = 0] = cluster.pids;
    for (let i = 0; i < 3; i++) {
      const { body } = await cluster.request(`/monitor/report?process=${pid}`);
      expect(JSON.parse(body)).toMatchObject({ header: { processId: pid } });
    }
    const long = cluster.request(`/monitor/profile/cpu?seconds=2&format=cpuprofile&process=${pid}`);
    await eventually(async () => {
      const { body } = await cluster.request(`/monitor/prometheus?process=${pid}`);
      expect(body).toMatch(/^monitor_profile_start_seconds_count\{.*\} 1$/m);
    });
    const second = (process: number) =>
      cluster.request(`/monitor/profile/cpu?seconds=0.1&process=${process}`);
    expect(await second(pid)).toMatchObject({ status: 409 });
    // Another worker can take one meanwhile.
    expect(await second(other)).toMatchObject({ status: 200 });
    const { status, body } = await long;
    expect(status).toBe(200);
    expect(JSON.parse(body)).toHaveProperty('nodes');
  });

  // The following does not depend on the adapter.
  if (adapter !== 'fastify') return;

  it('says which worker does not answer, and goes on with the others', async () => {
    await histories.countInAll();
    const stream = await histories.open();
    const { instance } = await dataOf<HistoryDocument>(stream, 'instance');
    const blocked = present([...cluster.pids].find((pid) => pid !== instance.pid));
    cluster.tell(blocked, { block: 7000 });
    // One of three consecutive requests reaches the blocked worker itself, and waits.
    const parts = ['history', 'events', 'findings'];
    const refused = parts.map((part) => cluster.request(`/monitor/${part}?process=${blocked}`));
    const isLate = ({ processes }: ProcessesEvent) =>
      processes.some(({ pid, state }) => pid === blocked && state === 'late');
    await stream.next('processes', isLate as never);
    await Promise.any(refused.map(async (one) => expect(await one).toMatchObject({ status: 504 })));
    const isNamed = (list: Finding[]) =>
      list.some(({ rule, process }) => rule === 'process-not-answering' && process?.pid === blocked);
    await stream.next('findings', isNamed as never);
    const isWell = (event: ProcessesEvent) => event.processes.every(({ state }) => state === 'ok');
    await stream.next('processes', isWell as never);
    stream.close();
    // The block is explained, and names the process.
    const { eventloop_blocks: blocks } = await cluster.document();
    expect(blocks).toContainEqual(expect.objectContaining({ process: blocked }));
  });

  it('keeps what a killed worker did, in charts and totals', async () => {
    await histories.countInAll();
    const before = await histories.readSteps();
    // A journal is written every four seconds; the numbers are twice the milliseconds.
    await eventually(async () =>
      expect((await histories.read('?series=-')).sequence).toBeGreaterThan(before.sequence + 2 * 6000),
    );
    const [killed = 0] = cluster.pids;
    await cluster.end(killed);
    const forked = await cluster.fork();
    const answered = new Set<number>();
    while (answered.size < 3) {
      const history = await histories.read('?series=work');
      answered.add(history.instance.pid);
      expect(latest(history, 'work')).toBe(histories.work);
      const [old, now] = [valuesOf(before, 'work', 'rate'), valuesOf(history, 'work', 'rate')];
      for (const time of commonTimes([old, now])) {
        // Each worker adds up in its own order, and the sum has five digits.
        expect(now.get(time)).toBeCloseTo(old.get(time) ?? 0, 3);
      }
    }
    expect(answered).toContain(forked);
    expect(await cluster.request(`/monitor/history?process=${killed}`)).toMatchObject({ status: 404 });
    await eventually(async () => {
      const { processes } = await histories.read('?series=-');
      expect(processes).toContainEqual(expect.objectContaining({ pid: killed, state: 'ended' }));
      expect(processes?.filter(({ state }) => state === 'ok')).toHaveLength(3);
    });
  });
});
