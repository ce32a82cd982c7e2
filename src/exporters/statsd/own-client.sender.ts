import type { ClientOptions } from 'hot-shots';
import { StatsD } from 'hot-shots';
import type { Line } from './line.js';
import { bytesOf } from './line.js';
import type { Sender } from './sender.js';
import { settled, write } from './sender.js';

/** Milliseconds that closing may take. hot-shots does not report the end of a socket that the server has closed. */
const CLOSE_TIMEOUT = 1000;

/** The longest delay of a timer: it disables what hot-shots must not do by itself. */
const NEVER = 2 ** 31 - 1;

/**
 * Sends through a client of its own, which is created with the first packet.
 *
 * hot-shots reports whether a buffer was sent only when it is flushed. So each packet is written into the empty buffer, which
 * it fits into, and flushed in the same tick. A client is replaced after a failure, because it keeps a socket that the server
 * has closed.
 */
export class OwnClientSender implements Sender {
  readonly overhead: number;
  private client: StatsD | undefined;
  /** The error of the socket, which is more specific than that of the write. */
  private reason: Error | undefined;

  constructor(
    private readonly options: ClientOptions,
    readonly packetSize: number,
  ) {
    this.overhead = overheadOf(options);
  }

  async send(packet: readonly Line[]): Promise<void> {
    const isConnection = this.options.protocol === 'tcp' || this.options.protocol === 'uds';
    // The server may have closed the connection, which is noticed only when something is sent.
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
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT)));
    await Promise.race([settled((done) => client.close(done)), timeout]).finally(() => clearTimeout(timer));
  }

  private async attempt(packet: readonly Line[]): Promise<void> {
    const client = (this.client ??= this.createClient());
    this.reason = undefined;
    try {
      await settled((done) => {
        for (const line of packet) write(client, line);
        client.flush(done);
      });
    } catch (thrown) {
      // Closing a client closes its stream, which cannot be replaced if the application gave it.
      if (this.options.protocol !== 'stream') this.discard(client);
      throw this.reason ?? thrown;
    }
  }

  private discard(client: StatsD): void {
    this.client = undefined;
    client.close(() => {});
  }

  private createClient(): StatsD {
    return new StatsD({
      // Nothing is being sent when it is closed, so there is nothing to wait for.
      closingFlushInterval: 1,
      ...this.options,
      // Without a handler, hot-shots writes errors to the console.
      errorHandler: (error) => {
        this.reason = error;
        this.options.errorHandler?.(error);
      },
      aggregation: false,
      mock: false,
      maxBufferSize: this.packetSize,
      bufferFlushInterval: NEVER,
      // Its own reconnecting does not notice every broken connection.
      tcpGracefulRestartRateLimit: NEVER,
      udsGracefulRestartRateLimit: NEVER,
    });
  }
}

/** Measured with a client that sends nothing, because hot-shots also adds tags from environment variables. */
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
