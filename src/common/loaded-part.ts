import type { OnApplicationShutdown } from '@nestjs/common';

/**
 * A part of the monitor that is loaded only if the options want it. Providers inject this instead of the part, since they
 * may be made before the options are known. It imports nothing of the part.
 */
export abstract class LoadedPart<T extends { stop(): void }> implements OnApplicationShutdown {
  /** `undefined` if the options do not want it, and before it is loaded. */
  current: T | undefined;

  onApplicationShutdown(): void {
    this.current?.stop();
  }
}
