import type { ClientOptions, StatsD } from 'hot-shots';
import { checkOptions } from '../../common/options/check-options.js';
import type { Rules, WholeNumber } from '../../common/options/option-rules.js';
import { numberOf, wholeNumber } from '../../common/options/option-rules.js';

/** The options of `statsdPublisher()`. */
export interface StatsdOptions {
  /**
   * The options of a `hot-shots` client: `{ host, port, prefix, globalTags }`, `protocol: 'tcp'`, and so on. The client is
   * created with the first publish, replaced after a failure, and closed after the last publish.
   *
   * Or a `hot-shots` client of the application. It is not closed and must not aggregate. Each line is sent by itself, because
   * only then does the client report for each whether it was sent. Default: UDP to 127.0.0.1:8125, or to the host in the
   * environment variable `DD_AGENT_HOST`.
   */
  client?: ClientOptions | StatsD | undefined;
  /**
   * `dogstatsd` sends labels as tags, for a Datadog agent, Telegraf, statsd_exporter and Vector. `plain` appends them to the
   * name, as in `orders.kind.gift`, for the original StatsD. Default: `plain`.
   */
  dialect?: 'plain' | 'dogstatsd' | undefined;
  /**
   * The maximum size of a packet in bytes, from 512 to 65 000. Default: 1432 over UDP, which fits into an Ethernet frame, and
   * 8192 otherwise.
   */
  packetSize?: WholeNumber | undefined;
}

/** {@link StatsdOptions} with their defaults. */
export interface ResolvedStatsdOptions {
  readonly client: ClientOptions | StatsD;
  readonly dialect: 'plain' | 'dogstatsd';
  readonly packetSize: number;
}

const RULES: Record<keyof StatsdOptions, Rules[string]> = {
  client: {
    allowed: 'the options of a hot-shots client, or such a client',
    accepts: (value) => typeof value === 'object' && value !== null,
  },
  dialect: {
    allowed: '"plain" or "dogstatsd"',
    accepts: (value) => value === 'plain' || value === 'dogstatsd',
  },
  packetSize: wholeNumber('a whole number of bytes from 512 to 65 000', 512, 65_000),
};

/** In bytes. Datadog recommends 8192 for Unix sockets. */
const [UDP_SIZE, STREAM_SIZE] = [1432, 8192];

/** @throws MonitorOptionsError for the first option that is unknown or has a value that is not allowed. */
export function resolveStatsdOptions(options: StatsdOptions = {}): ResolvedStatsdOptions {
  checkOptions(options, RULES, 'statsd');
  const { client = {}, dialect = 'plain' } = options;
  const protocol = isClient(client) ? undefined : client.protocol;
  const packetSize = numberOf(options.packetSize) ?? ((protocol ?? 'udp') === 'udp' ? UDP_SIZE : STREAM_SIZE);
  // hot-shots would reduce it by itself, and write that to the console.
  return { client, dialect, packetSize: protocol === 'uds' ? Math.min(packetSize, STREAM_SIZE) : packetSize };
}

export function isClient(value: ClientOptions | StatsD): value is StatsD {
  return 'increment' in value && typeof value.increment === 'function';
}
