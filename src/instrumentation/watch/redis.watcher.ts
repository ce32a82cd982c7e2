import type { Counter } from '../../metrics/counter.js';
import { WatchedGauges } from './watched-gauges.js';
import type { Recognise, WatchContext, Watcher } from './watcher.js';
import { hasMethods } from './watcher.js';

interface Queue {
  readonly length?: number;
}

/** The used parts of a client or a cluster of ioredis. A cluster has no queue of commands of its own. */
interface Redis {
  readonly status: string;
  readonly commandQueue?: Queue;
  readonly offlineQueue?: Queue;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

export const recogniseRedis: Recognise = (thing, context) =>
  hasMethods(thing, 'sendCommand', 'on', 'off') && typeof (thing as { status?: unknown }).status === 'string'
    ? new RedisWatcher(thing as unknown as Redis, context)
    : undefined;

class RedisWatcher implements Watcher {
  readonly key: string;
  private readonly gauges: WatchedGauges;
  private readonly reconnects: Counter;
  private readonly onReconnecting = () => this.reconnects.inc();

  constructor(
    private readonly redis: Redis,
    { name = 'default', registry }: WatchContext,
  ) {
    this.key = `redis ${name}`;
    this.gauges = new WatchedGauges(registry, { client: name });
    this.reconnects = registry.ownCounter('redis_reconnects', { client: name });
    redis.on('reconnecting', this.onReconnecting);
  }

  collect(): void {
    const { redis, gauges } = this;
    gauges.set('redis_ready', redis.status === 'ready' ? 1 : 0);
    gauges.set('redis_commands_pending', redis.commandQueue?.length);
    gauges.set('redis_commands_offline', redis.offlineQueue?.length);
  }

  stop(): void {
    this.redis.off('reconnecting', this.onReconnecting);
    this.gauges.clear();
  }
}
