import type { MetricOptions, StatsD, StatsCb } from 'hot-shots';
import type { Line } from './line.js';

/** Sends packets, and knows of each whether it got out, as far as the protocol tells. */
export interface Sender {
  /** The most bytes of a packet. */
  readonly packetSize: number;
  /** The bytes that are added to each line: a prefix, tags that all lines have. */
  readonly overhead: number;
  /** @throws what is known to have gone wrong. Then none of it got out, as far as anybody can tell. */
  send(packet: readonly Line[]): Promise<void>;
  close(): Promise<void>;
}

/** Hands one line to the client, unsampled. */
export function write(client: StatsD, { type, name, tags, value, fromZero }: Line, done?: StatsCb): void {
  const options: MetricOptions = { sampleRate: 1, ...(tags && { tags: { ...tags } }) };
  if (type === 'counter') {
    client.increment(name, value, options, done);
    return;
  }
  if (fromZero === true) client.gauge(name, 0, options);
  client.gauge(name, value, options, done);
}

/** The end of something that tells by a callback. */
export function settled(begin: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    begin((error) => (error ? reject(error) : resolve()));
  });
}
