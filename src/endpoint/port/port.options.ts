import { isIP } from 'node:net';
import type { Rules, WholeNumber } from '../../common/options/option-rules.js';
import { numberOf, wholeNumber } from '../../common/options/option-rules.js';

/** The endpoint's own port. */
export interface PortOptions {
  /**
   * Serves the endpoint on its own port, and no longer on that of the application. The global prefix, guards, pipes,
   * interceptors and filters of the application do not apply there; the guard of the monitor does. It works without HTTP in the
   * application too. 0 chooses a free port, which `MonitorPort.url` contains. Default: none.
   */
  port?: WholeNumber | undefined;
  /** The address that {@link port} listens on, such as `0.0.0.0` for all of IPv4, or `::`. Default: `127.0.0.1`. */
  bindAddress?: string | undefined;
}

/** {@link PortOptions} with their defaults. */
export interface ResolvedPortOptions {
  /** `undefined` for none. */
  readonly port: number | undefined;
  readonly bindAddress: string;
}

export const PORT_RULES: Rules = {
  port: wholeNumber('a whole number from 0 to 65535', 0, 65_535),
  bindAddress: {
    allowed: 'an IP address of this machine, such as "127.0.0.1", "0.0.0.0" or "::"',
    accepts: (value) => typeof value === 'string' && isIP(value) !== 0,
  },
};

export function resolvePortOptions({ port, bindAddress = '127.0.0.1' }: PortOptions): ResolvedPortOptions {
  return { port: numberOf(port), bindAddress };
}
