import type { MetricDefinition } from './metric-definition.js';

const GIVEN = 'The name given to `monitor.watch()`; without one, `default`.';
const QUEUE = { queue: 'The name given to `monitor.watch()`; without one, that of the queue.' };
const POOL = { pool: GIVEN };
const CLIENT = { client: GIVEN };
const NAME = { name: GIVEN };
const ATTRIBUTES = {
  queue: 'monitor.queue',
  client: 'monitor.redis.client',
  name: 'monitor.watched',
  outcome: 'monitor.outcome',
};
/** As in the semantic conventions of OpenTelemetry 1.45 for database clients. */
const POOL_ATTRIBUTES = { pool: 'db.client.connection.pool.name', state: 'db.client.connection.state' };

/** What `monitor.watch()` reports. */
export const WATCH_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'queue_jobs',
    kind: 'gauge',
    help: 'Jobs in a queue of BullMQ, by state. All processes of the queue see the same jobs.',
    labels: {
      ...QUEUE,
      state:
        "BullMQ's name: `waiting`, `active`, `delayed`, `failed`, `prioritized`, `paused`, `waiting-children`.",
    },
    aggregate: 'max',
    whenItRises:
      '`waiting`: jobs arrive faster than they are done. `failed`: read their errors in the queue.',
    prometheus: { name: 'queue_jobs' },
    openTelemetry: {
      name: 'monitor.queue.jobs',
      unit: '{job}',
      attributes: { ...ATTRIBUTES, state: 'monitor.queue.state' },
    },
  },
  {
    name: 'queue_jobs_processed',
    kind: 'counter',
    help: 'Jobs that a worker of this process has worked on, by outcome. Each attempt counts.',
    labels: { ...QUEUE, outcome: '`ok` or `error`.' },
    whenItRises: 'More jobs are done. A rising share of `error` are attempts that fail.',
    prometheus: { name: 'queue_jobs_processed' },
    openTelemetry: { name: 'monitor.queue.jobs_processed', unit: '{job}', attributes: ATTRIBUTES },
  },
  {
    name: 'queue_job_duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of the work of a worker of this process on a job.',
    labels: QUEUE,
    whenItRises: 'The processor is slow, or what it waits for.',
    prometheus: { name: 'queue_job_duration_seconds' },
    openTelemetry: { name: 'monitor.queue.job_duration', unit: 's', attributes: ATTRIBUTES },
  },
  {
    name: 'queue_job_wait',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from when a job could be worked on, after its delay, until a worker of this process took it. First attempts only.',
    labels: QUEUE,
    whenItRises: 'There are too few workers, or they are slow.',
    prometheus: { name: 'queue_job_wait_seconds' },
    openTelemetry: { name: 'monitor.queue.job_wait', unit: 's', attributes: ATTRIBUTES },
  },
  {
    name: 'pool_connections',
    kind: 'gauge',
    help: 'Open connections of a pool, by state.',
    labels: { ...POOL, state: '`idle` or `used`; together they are all.' },
    aggregate: 'sum',
    whenItRises: 'More queries run at once, or connections are not given back.',
    prometheus: { name: 'pool_connections' },
    openTelemetry: {
      name: 'db.client.connection.count',
      unit: '{connection}',
      attributes: POOL_ATTRIBUTES,
      isUpDown: true,
    },
  },
  {
    name: 'pool_connections_max',
    kind: 'gauge',
    help: 'The most connections that a pool opens.',
    labels: POOL,
    aggregate: 'sum',
    whenItRises: 'It is an option of the pool.',
    prometheus: { name: 'pool_connections_max' },
    openTelemetry: {
      name: 'db.client.connection.max',
      unit: '{connection}',
      attributes: POOL_ATTRIBUTES,
      isUpDown: true,
    },
  },
  {
    name: 'pool_waiting',
    kind: 'gauge',
    help: 'Requests that wait for a connection of a pool.',
    labels: POOL,
    aggregate: 'sum',
    whenItRises: 'The pool is too small, or queries are slow.',
    prometheus: { name: 'pool_waiting' },
    openTelemetry: {
      name: 'db.client.connection.pending_requests',
      unit: '{request}',
      attributes: POOL_ATTRIBUTES,
      isUpDown: true,
    },
  },
  {
    name: 'pool_wait',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time that was waited for a connection of a pool, whether it was obtained or not. It includes opening one.',
    labels: POOL,
    whenItRises:
      'The pool is too small for what is asked of it: compare `pool_waiting`. Or connecting is slow.',
    prometheus: { name: 'pool_wait_seconds' },
    openTelemetry: { name: 'db.client.connection.wait_time', unit: 's', attributes: POOL_ATTRIBUTES },
  },
  {
    name: 'redis_ready',
    kind: 'gauge',
    help: 'Whether a client of Redis is connected and ready: 1 or 0.',
    labels: CLIENT,
    aggregate: 'min',
    whenItRises: 'The connection is back.',
    prometheus: { name: 'redis_client_ready' },
    openTelemetry: { name: 'monitor.redis.ready', unit: '1', attributes: ATTRIBUTES },
  },
  {
    name: 'redis_commands_pending',
    kind: 'gauge',
    help: 'Commands that were sent to Redis and have no reply.',
    labels: CLIENT,
    aggregate: 'sum',
    whenItRises: 'Redis is slow, or does not reply.',
    prometheus: { name: 'redis_client_commands_pending' },
    openTelemetry: {
      name: 'monitor.redis.commands_pending',
      unit: '{command}',
      attributes: ATTRIBUTES,
      isUpDown: true,
    },
  },
  {
    name: 'redis_commands_offline',
    kind: 'gauge',
    help: 'Commands that wait for a connection to Redis.',
    labels: CLIENT,
    aggregate: 'sum',
    whenItRises: 'Redis cannot be reached, and the application goes on sending commands.',
    prometheus: { name: 'redis_client_commands_offline' },
    openTelemetry: {
      name: 'monitor.redis.commands_offline',
      unit: '{command}',
      attributes: ATTRIBUTES,
      isUpDown: true,
    },
  },
  {
    name: 'redis_reconnects',
    kind: 'counter',
    help: 'Attempts to connect to Redis again.',
    labels: CLIENT,
    whenItRises: 'Redis restarts, cannot be reached, or closes the connection.',
    prometheus: { name: 'redis_client_reconnects' },
    openTelemetry: { name: 'monitor.redis.reconnects', unit: '{attempt}', attributes: ATTRIBUTES },
  },
  {
    name: 'watched_size',
    kind: 'gauge',
    help: 'The `size` or `length` of something that is watched: a map, a cache, a queue in memory.',
    labels: NAME,
    aggregate: 'sum',
    whenItRises: 'A queue is filled faster than it is emptied; a cache has no limit.',
    prometheus: { name: 'watched_size' },
    openTelemetry: { name: 'monitor.watched.size', unit: '1', attributes: ATTRIBUTES, isUpDown: true },
  },
  {
    name: 'watched_pending',
    kind: 'gauge',
    help: 'The `pending` of something that is watched: what a queue in memory works on.',
    labels: NAME,
    aggregate: 'sum',
    whenItRises: 'More work runs at once.',
    prometheus: { name: 'watched_pending' },
    openTelemetry: { name: 'monitor.watched.pending', unit: '1', attributes: ATTRIBUTES, isUpDown: true },
  },
];
