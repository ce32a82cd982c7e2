import type { ClientOptions, StatsD } from 'hot-shots';
import { checkOptions } from '../../common/options/check-options.js';
import type { Rules } from '../../common/options/option-rules.js';
import { wholeNumber } from '../../common/options/option-rules.js';

export interface StatsdOptions {
  /**
   * Where to send, as the options of a `hot-shots` client: `{ host, port, prefix, globalTags }`, `protocol: 'tcp'`, and
   * so on. The client is made with the first publish, made anew after a failure, and closed after the last publish.
   *
   * Or a client of yours, which stays yours: it is not closed, and each line is sent by itself, since only then does it
   * say of each whether it got out. It must not aggregate. Default: UDP to 127.0.0.1:8125, or to where `DD_AGENT_HOST`
   * points.
   */
  client?: ClientOptions | StatsD | undefined;
  /**
   * `dogstatsd` has labels as tags, for a Datadog agent and what else understands them (Telegraf, statsd_exporter,
   * Vector). `plain` has them in the name, `orders.kind.gift`, for the original statsd. Default: `plain`.
   */
  dialect?: 'plain' | 'dogstatsd' | undefined;
  /**
   * The most bytes of one packet. Default: 1432 over UDP, which fits into what Ethernet carries, and 8192 otherwise.
   */
  packetSize?: number | undefined;
}

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

/** The most that a unix socket takes, by the advice of those who make the agent; and more than enough for TCP. */
const [UDP_SIZE, STREAM_SIZE] = [1432, 8192];

/** @throws MonitorOptionsError for the first option that is unknown or not what it must be. */
export function resolveStatsdOptions(options: StatsdOptions = {}): ResolvedStatsdOptions {
  checkOptions(options, RULES, 'statsd');
  const { client = {}, dialect = 'plain' } = options;
  const protocol = isClient(client) ? undefined : client.protocol;
  const packetSize = options.packetSize ?? ((protocol ?? 'udp') === 'udp' ? UDP_SIZE : STREAM_SIZE);
  // hot-shots would cut it down by itself, and say so on the console.
  return { client, dialect, packetSize: protocol === 'uds' ? Math.min(packetSize, STREAM_SIZE) : packetSize };
}

export function isClient(value: ClientOptions | StatsD): value is StatsD {
  return 'increment' in value && typeof value.increment === 'function';
}
