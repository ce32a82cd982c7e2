import type { StatsD } from 'hot-shots';
import type { Line } from './line.js';
import type { Sender } from './sender.js';
import { settled, write } from './sender.js';

/**
 * Sends through a client of the application, line by line. A client that buffers reports whether a line was sent only when
 * its buffer is flushed, so the lines of the application in the buffer are sent as well.
 */
export class GivenClientSender implements Sender {
  /** Smaller than any line, so that each line is a packet. */
  readonly packetSize = 0;
  readonly overhead = 0;

  constructor(private readonly client: StatsD) {}

  async send([line]: readonly Line[]): Promise<void> {
    if (line === undefined) return;
    const { client } = this;
    // In one tick, so that the application cannot write a line between this one and its flush.
    const written = settled((done) => write(client, line, done));
    const flushed = settled((done) => client.flush(done));
    await Promise.all([written, flushed]);
  }

  /** The client belongs to the application, which may still need it. */
  async close(): Promise<void> {}
}
