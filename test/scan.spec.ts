import { Controller, Get, Param, Post } from '@nestjs/common';
import { METHODS } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ADAPTERS, startApp } from './support/app.js';
import { PipeliningClient } from './support/pipelining-client.js';
import { collectGarbage } from './support/collect-garbage.js';

@Controller('cats')
class CatsController {
  @Get(':id')
  one(@Param('id') id: string): string {
    return id;
  }

  @Post(':id')
  add(): string {
    return 'added';
  }
}

/** 200,000 in all, most of them on the adapter that takes less time for each. */
const REQUESTS = { express: 40_000, fastify: 160_000 };
const BATCH = 500;
/** After this many, each method was used with each kind of path: the metrics distinguish nothing else. */
const ALL_KINDS = 2000;
/** After this many, the server's code has been compiled. */
const WARM_UP = 6000;

/** All methods that Node accepts except CONNECT, which does not reach the application. */
const SCANNED_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** A unique request: its URL, host and headers occur only once. The methods take turns. */
function request(i: number): string {
  const method = SCANNED_METHODS[i % SCANNED_METHODS.length];
  const path = i % 5 === 0 ? `/cats/scan-${i}` : `/scan-${i}/${'../'.repeat(i % 3)}admin.php`;
  return [
    `${method} ${path}?q=scan-${i} HTTP/1.1`,
    `Host: scan-${i}.example.com`,
    `User-Agent: scan-${i}`,
    `X-Forwarded-For: 10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    `X-Scan-${i}: ${i}`,
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');
}

function requests(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => request(from + i));
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe.each(ADAPTERS)('a scan on %s', (adapter) => {
  const count = REQUESTS[adapter];

  it('is counted, and makes no series, however many URLs, methods, hosts and headers it tries', async () => {
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot()],
      controllers: [CatsController],
    });
    const client = new PipeliningClient(running.port);
    onTestFinished(() => client.close());
    const readMonitor = async () => {
      const { process: _process, ...numbers } = await running.app.get(MonitorService).metrics();
      return numbers;
    };
    // Which resources are active, and which kinds of garbage collections have occurred, does not depend on the requests.
    const seriesOf = ({ counters, gauges, histograms }: Awaited<ReturnType<typeof readMonitor>>) =>
      Object.keys({ ...counters, ...gauges, ...histograms }).filter(
        (name) => !/^(active_resources|gc_duration)\b/.test(name),
      );

    const scan = async (from: number, to: number) => {
      for (let i = from; i < to; i += BATCH) await client.send(requests(i, BATCH));
    };

    await scan(0, ALL_KINDS);
    const before = await readMonitor();
    await scan(ALL_KINDS, WARM_UP);
    const heapBefore = heapUsed();
    await scan(WARM_UP, count);
    const [after, heapAfter] = [await readMonitor(), heapUsed()];

    expect(after.counters.requests).toBe(count);
    expect(seriesOf(after)).toEqual(seriesOf(before));
    expect(JSON.stringify(after)).not.toMatch(/scan|admin|example/);
    // Bytes. A text or an entry in a Map that is kept for each request would take more.
    expect((heapAfter - heapBefore) / count).toBeLessThan(60);
  }, 240_000);
});
