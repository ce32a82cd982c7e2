import type { OnApplicationShutdown } from '@nestjs/common';
import type { CallContext } from '../../common/call-context.js';
import type { Startup } from '../../common/startup/startup.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { OutgoingCalls } from './outgoing-calls.js';

/** Measures outgoing calls while the application is up. */
export class OutgoingRunner implements OnApplicationShutdown {
  private isStopped = false;

  constructor(private readonly calls: OutgoingCalls) {}

  /** Loads the code that measures calls; `undefined` if it is switched off. */
  static async create(
    isOn: boolean,
    registry: MetricsRegistry,
    context: CallContext,
    startup: Startup,
  ): Promise<OutgoingRunner | undefined> {
    if (!isOn) return undefined;
    const { OutgoingCalls } = await import('./outgoing-calls.js');
    const runner = new OutgoingRunner(new OutgoingCalls(registry, context));
    startup.start(() => runner.start());
    return runner;
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.calls.stop();
  }

  private start(): void {
    // An application can be closed while it starts.
    if (!this.isStopped) this.calls.start();
  }
}
