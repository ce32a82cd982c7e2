import type { Line } from './line.js';
import { bytesOf } from './line.js';

/**
 * Groups lines into packets. A line that is longer than a packet gets one of its own.
 *
 * @param size the maximum size of a packet in bytes.
 * @param overhead the bytes that the client adds to each line.
 */
export function* packetsOf(lines: readonly Line[], size: number, overhead: number): Generator<Line[], void> {
  let packet: Line[] = [];
  let used = 0;
  for (const line of lines) {
    const bytes = bytesOf(line, overhead);
    if (packet.length > 0 && used + bytes > size) {
      yield packet;
      packet = [];
      used = 0;
    }
    packet.push(line);
    used += bytes;
  }
  if (packet.length > 0) yield packet;
}
