import { describe, expect, it } from 'vitest';
import type { HistoryDocument } from '../../history/history-document.js';
import type { Audience } from '../parts/part.js';
import { ReadLimiter } from '../streaming/read-limiter.js';
import { HistoryReads } from './history-reads.js';

/** A client that is over when the test says so. */
class FakeAudience implements Audience {
  readonly isHead = false;
  readonly signal = new AbortController().signal;
  isOver = false;
  private readonly callbacks: ((wasSent: boolean) => void)[] = [];

  whenOver(callback: (wasSent: boolean) => void): void {
    if (this.isOver) callback(true);
    else this.callbacks.push(callback);
  }

  close(): void {
    this.isOver = true;
    for (const callback of this.callbacks) callback(true);
  }
}

/** Larger than 256 KiB as JSON. */
const LARGE: HistoryDocument = {
  time: 0,
  sequence: 0,
  instance: { pid: 1, hostname: 'x'.repeat(300_000), start_time: '', node_version: '', worker_id: null },
  dropped_series: 0,
  series: [],
  latest: [],
  tiers: [],
};

function start() {
  const limiter = new ReadLimiter();
  const reads = new HistoryReads(limiter);
  let make: (document: HistoryDocument | Promise<never>) => void = () => {};
  const made = new Promise<HistoryDocument>((resolve) => (make = resolve));
  const read = (audience: Audience) => reads.json(audience, 'own', { document: () => made }, {});
  return { limiter, make, read };
}

describe('a large document of the history', () => {
  it('that several clients share holds its slot until the last of them is over', async () => {
    const { limiter, make, read } = start();
    const clients = [new FakeAudience(), new FakeAudience(), new FakeAudience()] as const;
    const answers = clients.map((client) => read(client));
    make(LARGE);
    expect(new Set((await Promise.all(answers)).map(({ body }) => body)).size).toBe(1);
    clients[0].close();
    clients[2].close();
    expect(limiter.used).toEqual({ reads: 1, documents: 1 });
    clients[1].close();
    expect(limiter.used).toEqual({ reads: 0, documents: 0 });
  });

  it('holds its slot while it is created, and for a client that has joined after all others have left', async () => {
    const { limiter, make, read } = start();
    const [first, second] = [new FakeAudience(), new FakeAudience()];
    const answers = [read(first)];
    first.close();
    answers.push(read(second));
    make(LARGE);
    await Promise.all(answers);
    expect(limiter.used).toEqual({ reads: 1, documents: 1 });
    second.close();
    expect(limiter.used).toEqual({ reads: 0, documents: 0 });
  });

  it('frees its slot when it is complete, if all clients have left meanwhile', async () => {
    const { limiter, make, read } = start();
    const client = new FakeAudience();
    const answer = read(client);
    client.close();
    await Promise.resolve();
    expect(limiter.used).toEqual({ reads: 0, documents: 1 });
    make(LARGE);
    await answer;
    expect(limiter.used).toEqual({ reads: 0, documents: 0 });
  });

  it('frees its slot when it cannot be created', async () => {
    const { limiter, make, read } = start();
    const answers = [read(new FakeAudience()), read(new FakeAudience())];
    make(Promise.reject(new Error('ENOSPC')));
    const results = await Promise.allSettled(answers);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(limiter.used).toEqual({ reads: 0, documents: 0 });
  });
});
