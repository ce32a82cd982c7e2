import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import { withOutcome } from '../outcome.js';
import { shadow } from '../shadow.js';
import { WatchedGauges } from './watched-gauges.js';
import type { Recognise, WatchContext, Watcher } from './watcher.js';
import { hasMethods, hasNumbers } from './watcher.js';

/** The numbers of a pool, and the method that takes connections from it, which its other methods also use. */
interface Pool {
  readonly thing: object;
  readonly method: string;
  total(): number;
  idle(): number;
  waiting(): number;
  max(): unknown;
}

/** A `Pool` of pg. */
export const recognisePgPool: Recognise = (thing, context) => {
  if (!hasMethods(thing, 'connect') || !hasNumbers(thing, 'totalCount', 'idleCount', 'waitingCount'))
    return undefined;
  const pool = thing;
  return new PoolWatcher(
    {
      thing,
      method: 'connect',
      total: () => pool.totalCount,
      idle: () => pool.idleCount,
      waiting: () => pool.waitingCount,
      max: () => (thing as { options?: { max?: unknown } }).options?.max,
    },
    context,
  );
};

interface Sized {
  readonly length: number;
}

/** The private lists of a pool of mysql2, which has no public numbers. */
interface MysqlPool {
  readonly config?: { readonly connectionLimit?: unknown };
  readonly _allConnections: Sized;
  readonly _freeConnections: Sized;
  readonly _connectionQueue: Sized;
}

/** A pool of mysql2, also one of `mysql2/promise`. */
export const recogniseMysqlPool: Recognise = (thing, context) => {
  const inner = (thing as { pool?: unknown }).pool ?? thing;
  if (typeof inner !== 'object' || inner === null || !hasMethods(inner, 'getConnection')) return undefined;
  const pool = inner as unknown as MysqlPool;
  const lists: readonly (Sized | undefined)[] = [
    pool._allConnections,
    pool._freeConnections,
    pool._connectionQueue,
  ];
  if (!lists.every((list) => typeof list?.length === 'number')) return undefined;
  return new PoolWatcher(
    {
      thing: inner,
      method: 'getConnection',
      total: () => pool._allConnections.length,
      idle: () => pool._freeConnections.length,
      waiting: () => pool._connectionQueue.length,
      max: () => pool.config?.connectionLimit,
    },
    context,
  );
};

type Connect = (this: object, ...args: unknown[]) => unknown;

class PoolWatcher implements Watcher {
  readonly key: string;
  private readonly gauges: WatchedGauges;
  private readonly wait: HistogramSeries;
  private readonly restore: (() => void) | undefined;
  /** Callbacks that are measured: a pool may call its own method again with the same callback. */
  private readonly measured = new WeakSet<object>();

  constructor(
    private readonly pool: Pool,
    private readonly context: WatchContext,
  ) {
    const { registry, name = 'default' } = context;
    this.key = `pool ${name}`;
    this.gauges = new WatchedGauges(registry, { pool: name });
    this.wait = registry.ownHistogram('pool_wait', { pool: name });
    const { thing, method } = pool;
    const connect = (thing as Record<string, Connect>)[method] as Connect;
    this.restore = shadow(thing, method, (...args: unknown[]) => this.connect(connect, args));
  }

  collect(): void {
    const { pool, gauges } = this;
    const idle = pool.idle();
    gauges.set('pool_connections', idle, { state: 'idle' });
    gauges.set('pool_connections', pool.total() - idle, { state: 'used' });
    gauges.set('pool_connections_max', pool.max());
    gauges.set('pool_waiting', pool.waiting());
  }

  stop(): void {
    this.restore?.();
    this.gauges.clear();
  }

  private connect(connect: Connect, args: unknown[]): unknown {
    const { thing } = this.pool;
    const [callback, ...rest] = args;
    const start = this.context.clock();
    const done = (): void => {
      this.wait.observe((this.context.clock() - start) / 1000);
    };
    if (typeof callback !== 'function') return withOutcome(() => connect.apply(thing, args), done);
    if (this.measured.has(callback)) return connect.apply(thing, args);
    const measured = (...results: unknown[]): unknown => {
      done();
      return (callback as (...results: unknown[]) => unknown)(...results);
    };
    this.measured.add(measured);
    return connect.apply(thing, [measured, ...rest]);
  }
}
