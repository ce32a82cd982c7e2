import type { OnApplicationShutdown } from '@nestjs/common';
import { SafeLogger } from '../../common/safe-logger.js';
import type { InFlight } from '../../common/in-flight.js';
import type { EventLoopBlocks } from '../../metrics/collection/event-loop-blocks.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { BlockedLoopMonitor } from './blocked-loop.monitor.js';

/** Watches the event loop while the application is up, if that is switched on. */
export class BlockedLoopService implements OnApplicationShutdown {
  private monitor: BlockedLoopMonitor | undefined;
  private isStopped = false;

  /** @param threshold minimum duration of a block, in milliseconds; `undefined` if it is switched off. */
  constructor(
    private readonly threshold: number | undefined,
    private readonly registry: MetricsRegistry,
    private readonly blocks: EventLoopBlocks,
    private readonly inFlight: InFlight | undefined,
  ) {}

  async start(): Promise<void> {
    const { threshold, inFlight } = this;
    if (threshold === undefined || inFlight === undefined) return;
    const { BlockedLoopMonitor } = await import('./blocked-loop.monitor.js');
    // An application can be closed while it starts.
    if (this.isStopped) return;
    const logger = new SafeLogger('Monitor');
    const warn = (text: string): void => logger.warn(text);
    this.monitor = new BlockedLoopMonitor(threshold, this.blocks, inFlight, this.registry, warn);
    await this.monitor.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.monitor?.stop();
    this.inFlight?.stop();
  }
}
