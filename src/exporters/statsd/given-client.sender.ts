import type { StatsD } from 'hot-shots';
import type { Line } from './line.js';
import type { Sender } from './sender.js';
import { settled, write } from './sender.js';

/**
 * Sends through a client of the application, line by line. If that client buffers, what is in its buffer goes along: it
 * says of a line whether it got out only when it is asked to flush it.
 */
export class GivenClientSender implements Sender {
  /** Less than any line: each has a packet of its own. */
  readonly packetSize = 0;
  readonly overhead = 0;

  constructor(private readonly client: StatsD) {}

  async send([line]: readonly Line[]): Promise<void> {
    const { client } = this;
    // In one go, so that nothing of the application gets between a line and its flush.
    const written = settled((done) => write(client, line, done));
    const flushed = settled((done) => client.flush(done));
    await Promise.all([written, flushed]);
  }

  /** The client is the application's, which may still need it. */
  async close(): Promise<void> {}
}
