import type { OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { InFlight } from '../../common/in-flight.js';
import type { EventLoopBlocks } from '../../metrics/collection/event-loop-blocks.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { BlockedLoopMonitor } from './blocked-loop.monitor.js';

/** Watches the event loop while the application is up, if the options want it. */
export class BlockedLoopService implements OnApplicationShutdown {
  private monitor: BlockedLoopMonitor | undefined;
  private isStopped = false;

  /** @param threshold milliseconds from which on a block counts; `undefined` for not watching. */
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
    const logger = new Logger('Monitor');
    const warn = (text: string): void => logger.warn(text);
    this.monitor = new BlockedLoopMonitor(threshold, this.blocks, inFlight, this.registry, warn);
    await this.monitor.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.monitor?.stop();
  }
}
