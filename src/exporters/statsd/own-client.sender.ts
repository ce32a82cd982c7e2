import type { ClientOptions } from 'hot-shots';
import { StatsD } from 'hot-shots';
import type { Line } from './line.js';
import { bytesOf } from './line.js';
import type { Sender } from './sender.js';
import { settled, write } from './sender.js';

/** Milliseconds that closing may take. A socket that the other side has closed already never says that it is closed. */
const CLOSE_TIMEOUT = 1000;

/** A time that never comes. */
const NEVER = 2 ** 31 - 1;

/**
 * Sends through a client that it makes itself, when there is something to send.
 *
 * hot-shots tells of a buffer whether it got out only if it is asked to flush it. So a packet is written into an empty
 * buffer that it fits into, and flushed, in one go. A client that has failed is given up: it would stay with a socket
 * that the other side has closed.
 */
export class OwnClientSender implements Sender {
  readonly overhead: number;
  private client: StatsD | undefined;
  /** What the socket itself said, which tells more than that a packet could not be written to it. */
  private reason: Error | undefined;

  constructor(
    private readonly options: ClientOptions,
    readonly packetSize: number,
  ) {
    this.overhead = overheadOf(options);
  }

  async send(packet: readonly Line[]): Promise<void> {
    const isConnection = this.options.protocol === 'tcp' || this.options.protocol === 'uds';
    // A connection may have been closed long ago by the other side, which comes out when something is sent.
    const mayBeStale = isConnection && this.client !== undefined;
    try {
      await this.attempt(packet);
    } catch (thrown) {
      if (!mayBeStale) throw thrown;
      await this.attempt(packet);
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    if (client === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT)));
    await Promise.race([settled((done) => client.close(done)), tooLong]).finally(() => clearTimeout(timer));
  }

  private async attempt(packet: readonly Line[]): Promise<void> {
    const client = (this.client ??= this.makeClient());
    this.reason = undefined;
    try {
      await settled((done) => {
        for (const line of packet) write(client, line);
        client.flush(done);
      });
    } catch (thrown) {
      // Closing a client closes the stream that it was given, of which there is no second one.
      if (this.options.protocol !== 'stream') this.giveUp(client);
      throw this.reason ?? thrown;
    }
  }

  private giveUp(client: StatsD): void {
    this.client = undefined;
    client.close(() => {});
  }

  private makeClient(): StatsD {
    return new StatsD({
      // Nothing is under way when it is closed, so there is nothing to wait for.
      closingFlushInterval: 1,
      ...this.options,
      // Without a handler, hot-shots tells the console of errors that it tells us of as well.
      errorHandler: (error) => {
        this.reason = error;
        this.options.errorHandler?.(error);
      },
      aggregation: false,
      mock: false,
      maxBufferSize: this.packetSize,
      bufferFlushInterval: NEVER,
      // Its own way of making a broken connection anew does not notice all that is broken.
      tcpGracefulRestartRateLimit: NEVER,
      udsGracefulRestartRateLimit: NEVER,
    });
  }
}

/** Found out from a client that sends nothing, since what is added can also come from the environment. */
function overheadOf(options: ClientOptions): number {
  const client = new StatsD({
    ...options,
    mock: true,
    maxBufferSize: 0,
    aggregation: false,
    globalize: false,
    includeDatadogTelemetry: false,
  });
  const line: Line = { type: 'counter', name: 'x', tags: { t: 'x' }, value: 1 };
  write(client, line);
  const [text = ''] = client.mockBuffer ?? [];
  return Math.max(0, Buffer.byteLength(text) + 1 - bytesOf(line));
}
