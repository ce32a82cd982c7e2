import type { OnApplicationShutdown } from '@nestjs/common';

/**
 * A part of the monitor that is loaded only if the options enable it. Providers inject this instead of the part, since they
 * may be created before the options are known. It does not import the code of the part.
 */
export abstract class LoadedPart<T extends { stop(): void }> implements OnApplicationShutdown {
  /** `undefined` if the options do not enable it, and before it is loaded. */
  current: T | undefined;

  onApplicationShutdown(): void {
    this.current?.stop();
  }
}
