import type { MetricOptions, StatsD, StatsCb } from 'hot-shots';
import type { Line } from './line.js';

/** Sends packets, and reports for each whether it was sent, as far as the protocol allows. */
export interface Sender {
  /** The maximum size of a packet in bytes. */
  readonly packetSize: number;
  /** The bytes that the client adds to each line: its prefix and global tags. */
  readonly overhead: number;
  /** @throws or rejects if the packet is known not to have been sent. */
  send(packet: readonly Line[]): Promise<void>;
  /** Closes what the sender has opened. */
  close(): Promise<void>;
}

/** Writes one line to the client, without sampling. */
export function write(client: StatsD, { type, name, tags, value, fromZero }: Line, done?: StatsCb): void {
  const options: MetricOptions = { sampleRate: 1, ...(tags && { tags: { ...tags } }) };
  if (type === 'counter') {
    client.increment(name, value, options, done);
    return;
  }
  if (fromZero === true) client.gauge(name, 0, options);
  client.gauge(name, value, options, done);
}

/** A promise for the callback of an operation. */
export function settled(begin: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    begin((error) => (error ? reject(error) : resolve()));
  });
}
