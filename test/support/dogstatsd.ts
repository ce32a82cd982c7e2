import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** One line of the DogStatsD protocol. */
export interface Sample {
  name: string;
  value: number;
  type: string;
  tags: string[];
}

/** The grammar of a line. Anything else is an error here; an agent would drop it silently. */
const LINE = /^([A-Za-z0-9_.-]+):(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\|(c|g)(?:\|#([^|\s#]+))?$/;

export function parseLines(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const match = LINE.exec(line);
      if (match === null) throw new Error(`not a line of DogStatsD: ${line}`);
      const [, name = '', value, type = '', tags] = match;
      return { name, value: Number(value), type, tags: tags?.split(',') ?? [] };
    });
}

/** The sums of counters and the last values of gauges, by name and tags. */
export function totalsOf(samples: readonly Sample[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { name, value, type, tags } of samples) {
    const key = [name, ...tags].join();
    totals[key] = type === 'c' ? (totals[key] ?? 0) + value : value;
  }
  return totals;
}

/** A UDP socket that receives packets like an agent. */
export async function startAgent() {
  const packets: string[] = [];
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
  socket.on('message', (message) => packets.push(message.toString('utf8')));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const samples = () => parseLines(packets.join('\n'));
  return { port: socket.address().port, packets, samples, totals: () => totalsOf(samples()) };
}
