import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Job } from 'bullmq';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createPool, createServer } from 'mysql2';
import { createPool as createPromisePool } from 'mysql2/promise';
import { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MetricsSnapshot } from '../../src/index.js';
import { MonitorModule, MonitorService } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { needsPostgres, PostgresServer } from '../support/postgres-server.js';
import { present } from '../support/present.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { RedisServer } from '../support/redis-server.js';
import { needs } from '../support/tools.js';

let app: INestApplicationContext;
let monitor: MonitorService;
let log: RecordingLogger;
let readers = 0;

beforeEach(async () => {
  log = new RecordingLogger();
  app = await NestFactory.createApplicationContext(moduleOf({ imports: [MonitorModule.forRoot()] }), {
    logger: log,
  });
  onTestFinished(() => app.close());
  monitor = app.get(MonitorService);
});

/** The numbers with this label, by metric and the other labels. */
async function watched(label: string): Promise<Record<string, number>> {
  const { counters, gauges, histograms } = await monitor.metrics(`watch-${++readers}`);
  const of = <T>(values: Readonly<Record<string, T>>, number: (value: T) => number) =>
    Object.entries(values).flatMap(([name, value]): [string, number][] =>
      name.includes(label)
        ? [[name.replace(new RegExp(`,?${label},?`), '').replace('{}', ''), number(value)]]
        : [],
    );
  return Object.fromEntries([
    ...of(counters, (value) => value),
    ...of(gauges, (value) => value),
    ...of(histograms, ({ count }: MetricsSnapshot['histograms'][string]) => count),
  ]);
}

const REDIS = needs('redis-server');
describe.skipIf(REDIS.isMissing)(`with a real Redis${REDIS.reason}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start(present(REDIS.path));
  });
  afterAll(() => redis.stop());

  it('a queue of BullMQ and its worker report what waits, what was done, and how long it took', async () => {
    const connection = { host: redis.host, port: redis.port };
    const queue = new Queue('emails', { connection });
    onTestFinished(() => queue.close());
    monitor.watch(queue);
    await queue.addBulk([1, 2, 3, 4].map((n) => ({ name: 'send', data: { n } })));
    await queue.add('later', {}, { delay: 600_000 });
    const label = 'queue="emails"';
    await eventually(async () =>
      expect(await watched(label)).toMatchObject({
        'queue_jobs{state="waiting"}': 4,
        'queue_jobs{state="delayed"}': 1,
      }),
    );

    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const worker = new Worker(
      'emails',
      async ({ data }: { data: { n: number } }) => {
        await released;
        if (data.n === 3) throw new Error('no such address');
      },
      { connection },
    );
    onTestFinished(() => worker.close());
    monitor.watch(worker);
    await eventually(async () => {
      const numbers = await watched(label);
      expect(numbers).toMatchObject({
        'queue_jobs{state="active"}': 1,
        'queue_jobs{state="waiting"}': 3,
        queue_job_wait: 1,
        queue_job_duration: 0,
      });
    });
    release();
    await eventually(async () =>
      expect(await watched(label)).toMatchObject({
        'queue_jobs{state="active"}': 0,
        'queue_jobs{state="waiting"}': 0,
        'queue_jobs{state="failed"}': 1,
        'queue_jobs_processed{outcome="ok"}': 3,
        'queue_jobs_processed{outcome="error"}': 1,
        queue_job_wait: 4,
        queue_job_duration: 4,
      }),
    );
    const { histograms } = await monitor.metrics('sums');
    expect(histograms[`queue_job_wait{${label}}`]?.sum).toBeGreaterThan(0);
  });

  it('the wait of a job of BullMQ has neither its delay nor that of a scheduler, and a retry has none', async () => {
    const connection = { host: redis.host, port: redis.port };
    const queue = new Queue('late', { connection });
    onTestFinished(() => queue.close());
    const waits: number[] = [];
    let failures = 0;
    const worker = new Worker(
      'late',
      ({ name, timestamp, processedOn, id }: Job) => {
        if (name === 'fails') throw new Error(`failure ${++failures}`);
        // The id of a job of a scheduler ends with the time when it is due.
        const ready = name === 'delayed' ? timestamp + 300 : Number(id?.split(':').at(-1));
        waits.push((present(processedOn) - ready) / 1000);
        return Promise.resolve();
      },
      { connection },
    );
    onTestFinished(() => worker.close());
    monitor.watch(worker, { name: 'late' });
    await worker.waitUntilReady();
    const failed = (attempt: number) => eventually(() => expect(failures).toBeGreaterThanOrEqual(attempt));

    const failing = await queue.add('fails', {}, { attempts: 2, backoff: { type: 'fixed', delay: 200 } });
    await failed(2);
    await eventually(async () => expect(await failing.getState()).toBe('failed'));
    await failing.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    await failed(3);
    const { histograms: before } = await monitor.metrics('before');
    const first = present(before['queue_job_wait{queue="late"}']);
    expect(first.count).toBe(1);

    await queue.add('delayed', {}, { delay: 300 });
    await queue.upsertJobScheduler('each', { every: 250 }, { name: 'scheduled' });
    await eventually(() => expect(waits.length).toBeGreaterThanOrEqual(4));
    await queue.removeJobScheduler('each');
    await worker.close();
    const { histograms: after } = await monitor.metrics('after');
    const all = present(after['queue_job_wait{queue="late"}']);
    expect(all.count).toBe(1 + waits.length);
    expect(all.sum - first.sum).toBeCloseTo(
      waits.reduce((total, wait) => total + wait, 0),
      6,
    );
  });

  it('a client of ioredis reports whether it is connected, and what it waits for', async () => {
    const own = await RedisServer.start(present(REDIS.path));
    const client = new Redis({ port: own.port, retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on('error', () => {});
    onTestFinished(() => client.disconnect());
    monitor.watch(client, { name: 'cache' });
    const label = 'client="cache"';
    await client.ping();
    const ready = { redis_ready: 1, redis_commands_pending: 0, redis_commands_offline: 0 };
    expect(await watched(label)).toEqual({ ...ready, redis_reconnects: 0 });
    own.signal('SIGSTOP');
    const replies = [client.ping(), client.ping()];
    expect(await watched(label)).toMatchObject({ redis_ready: 1, redis_commands_pending: 2 });
    own.signal('SIGCONT');
    await Promise.all(replies);
    await own.stop();
    await eventually(async () => expect((await watched(label)).redis_reconnects).toBeGreaterThan(1));
    const reply = client.ping();
    expect(await watched(label)).toMatchObject({ redis_ready: 0, redis_commands_offline: 1 });
    const again = await RedisServer.start(present(REDIS.path), own.port);
    onTestFinished(() => again.stop());
    await reply;
    expect(await watched(label)).toMatchObject(ready);
  });

  it('a queue whose Redis does not answer has no numbers, and delays no read for long', async () => {
    const own = await RedisServer.start(present(REDIS.path));
    onTestFinished(() => own.stop());
    const queue = new Queue('slow', { connection: { port: own.port } });
    queue.on('error', () => {});
    onTestFinished(() => queue.disconnect());
    monitor.watch(queue);
    const waiting = 'queue_jobs{queue="slow",state="waiting"}';
    await eventually(async () => expect((await monitor.metrics('a')).gauges[waiting]).toBe(0));
    own.signal('SIGSTOP');
    await eventually(async () => expect((await monitor.metrics('a')).gauges[waiting]).toBeUndefined());
    const { counters } = await monitor.metrics('a');
    expect(counters.monitor_failed_collects).toBeGreaterThan(0);
    expect(log.warnings.join()).toContain(
      'watch(queue slow) failed: Error: there was no answer within 900 ms',
    );
    own.signal('SIGCONT');
    await eventually(async () => expect((await monitor.metrics('a')).gauges[waiting]).toBe(0));
  });
});

const POSTGRES = needsPostgres();
describe.skipIf(POSTGRES.isMissing)(`with a real PostgreSQL${POSTGRES.reason}`, () => {
  it('a pool of pg reports its connections, who waits for one, and for how long', async () => {
    const postgres = await PostgresServer.start(POSTGRES.bin);
    onTestFinished(() => postgres.stop());
    const pool = new Pool({
      host: '127.0.0.1',
      port: postgres.port,
      user: 'test',
      database: 'postgres',
      max: 2,
    });
    pool.on('error', () => {});
    onTestFinished(() => pool.end());
    monitor.watch(pool, { name: 'orders' });
    const label = 'pool="orders"';
    const clients = [await pool.connect(), await pool.connect()];
    const third = pool.query('select 3 as three');
    const fourth = new Promise((resolve, reject) => {
      pool.connect((error, client, release) => {
        release();
        if (error) reject(error);
        else resolve(client);
      });
    });
    expect(await watched(label)).toEqual({
      'pool_connections{state="idle"}': 0,
      'pool_connections{state="used"}': 2,
      pool_connections_max: 2,
      pool_waiting: 2,
      pool_wait: 2,
    });
    const before = (await monitor.metrics('before')).histograms[`pool_wait{${label}}`];
    const start = performance.now();
    // Longer than a possible error of the clock of the test.
    await eventually(() => expect(performance.now() - start).toBeGreaterThan(50));
    for (const client of clients) client.release();
    expect((await third).rows).toEqual([{ three: 3 }]);
    await fourth;
    expect(await watched(label)).toMatchObject({
      'pool_connections{state="idle"}': 2,
      'pool_connections{state="used"}': 0,
      pool_waiting: 0,
      pool_wait: 4,
    });
    const after = (await monitor.metrics('after')).histograms[`pool_wait{${label}}`];
    expect(present(after).sum - present(before).sum).toBeGreaterThanOrEqual(0.1);
    // Errors of the pool are the same as without the monitor.
    await expect(pool.query('select nothing from nowhere')).rejects.toThrow('nowhere');
  });
});

describe.each(['mysql2', 'mysql2/promise'])('a pool of %s', (name) => {
  it('reports its connections, who waits for one, and for how long', async () => {
    const connections: { close?(): void }[] = [];
    // mysql2 implements the server side of the protocol too: only its pool is tested here.
    const server = createServer((connection) => {
      connections.push(connection as { close?(): void });
      connection.on('error', () => {});
      (connection as unknown as { serverHandshake(greeting: object): void }).serverHandshake({
        protocolVersion: 10,
        serverVersion: 'test',
        connectionId: 1,
        statusFlags: 2,
        characterSet: 8,
        capabilityFlags: 0xffffff,
      });
    });
    const raw = server as unknown as {
      _server: Server;
      listen(port: number, host: string): void;
      close(): void;
    };
    raw.listen(0, '127.0.0.1');
    await once(raw._server, 'listening');
    onTestFinished(() => {
      for (const connection of connections) connection.close?.();
      raw.close();
    });
    const { port } = raw._server.address() as AddressInfo;
    const options = { host: '127.0.0.1', port, user: 'test', connectionLimit: 1 };
    const pool = name === 'mysql2' ? createPool(options).promise() : createPromisePool(options);
    monitor.watch(name === 'mysql2' ? pool.pool : pool, { name: 'stock' });
    const connection = await pool.getConnection();
    const second = pool.getConnection();
    const label = 'pool="stock"';
    expect(await watched(label)).toEqual({
      'pool_connections{state="idle"}': 0,
      'pool_connections{state="used"}': 1,
      pool_connections_max: 1,
      pool_waiting: 1,
      pool_wait: 1,
    });
    connection.release();
    (await second).release();
    expect(await watched(label)).toMatchObject({
      'pool_connections{state="idle"}': 1,
      pool_waiting: 0,
      pool_wait: 2,
    });
  });
});

describe('anything with a size', () => {
  it('reports it, and what is pending', async () => {
    const sessions = new Map([['a', 1]]);
    const queue = { length: () => 7, pending: 2 };
    monitor.watch(sessions, { name: 'sessions' });
    monitor.watch(queue, { name: 'prints' });
    monitor.watch([1, 2, 3], { name: 'list' });
    expect(await watched('name="sessions"')).toEqual({ watched_size: 1 });
    sessions.set('b', 2);
    expect(await watched('name="sessions"')).toEqual({ watched_size: 2 });
    expect(await watched('name="prints"')).toEqual({ watched_size: 7, watched_pending: 2 });
    expect(await watched('name="list"')).toEqual({ watched_size: 3 });
  });

  it('has no numbers any more when it is not watched any more, and may be watched again', async () => {
    const things = new Set([1]);
    const stop = monitor.watch(things, { name: 'things' });
    expect(monitor.watch(things, { name: 'things' })).toBe(stop);
    expect(await watched('name="things"')).toEqual({ watched_size: 1 });
    stop();
    stop();
    expect(await watched('name="things"')).toEqual({});
    monitor.watch(new Set([1, 2]), { name: 'things' });
    expect(await watched('name="things"')).toEqual({ watched_size: 2 });
  });
});

describe('what cannot be watched', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('hostile');
      },
    },
  );

  it.each([undefined, null, 7, 'text', {}, () => {}, { size: 'large' }, hostile])(
    '%# is dropped with a warning, and nothing is thrown',
    async (thing) => {
      expect(monitor.watch(thing as never, { name: 'x' })).toBeTypeOf('function');
      expect((await monitor.metrics()).counters.monitor_rejected_samples).toBe(1);
      expect(log.warnings.join()).toContain('does not know');
    },
  );

  it('is one whose options throw', async () => {
    expect(monitor.watch(new Map(), hostile)).toBeTypeOf('function');
    expect((await monitor.metrics()).counters.monitor_rejected_samples).toBe(1);
    expect(log.warnings.join()).toContain('a name is a text of 1 to 200 characters');
  });

  it('is a second thing with the same name, and one with a bad name', async () => {
    monitor.watch(new Map(), { name: 'x' });
    const pool = { size: 1 };
    monitor.watch(pool, { name: 'x' });
    for (const name of ['', 'x'.repeat(201), 7]) monitor.watch(new Map(), { name: name as string });
    expect((await monitor.metrics()).counters.monitor_rejected_samples).toBe(4);
    expect(await watched('name="x"')).toEqual({ watched_size: 0 });
  });

  it('is more than 200 things', async () => {
    for (let n = 0; n < 220; n++) monitor.watch(new Set([n]), { name: `set ${n}` });
    const { gauges, counters } = await monitor.metrics();
    expect(Object.keys(gauges).filter((name) => name.startsWith('watched_size'))).toHaveLength(200);
    expect(counters.monitor_rejected_samples).toBe(20);
  });
});

it('two applications watch one pool, and closing the first leaves the second', async () => {
  const pool = new Pool({ host: '127.0.0.1', port: 2 });
  onTestFinished(() => pool.end());
  const other = await NestFactory.createApplicationContext(moduleOf({ imports: [MonitorModule.forRoot()] }), {
    logger: false,
  });
  monitor.watch(pool, { name: 'shared' });
  other.get(MonitorService).watch(pool, { name: 'shared' });
  await app.close();
  await expect(pool.query('select 1')).rejects.toThrow('ECONNREFUSED');
  const { histograms } = await other.get(MonitorService).metrics();
  expect(histograms['pool_wait{pool="shared"}']?.count).toBe(1);
  await other.close();
  await expect(pool.query('select 1')).rejects.toThrow('ECONNREFUSED');
});

it('what was watched is as before when the application is closed', async () => {
  const pool = new Pool();
  const redis = new Redis({ lazyConnect: true });
  onTestFinished(() => pool.end());
  monitor.watch(pool, { name: 'a' });
  monitor.watch(redis, { name: 'a' });
  expect(Object.hasOwn(pool, 'connect')).toBe(true);
  expect(redis.listenerCount('reconnecting')).toBe(1);
  await app.close();
  expect(Object.hasOwn(pool, 'connect')).toBe(false);
  expect(redis.listenerCount('reconnecting')).toBe(0);
});
