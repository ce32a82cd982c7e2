import { Controller, Get, Param, Post } from '@nestjs/common';
import { METHODS } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorService } from '../src/index.js';
import { ADAPTERS, startApp } from './support/app.js';
import { PipeliningClient } from './support/pipelining-client.js';

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

/** Two hundred thousand together, most of them where they take the least time. */
const REQUESTS = { express: 40_000, fastify: 160_000 };
const BATCH = 500;
/** After so many, each method has met each kind of path, which is all there is to tell apart. */
const ALL_KINDS = 2000;
/** After so many, the server's code has been compiled. */
const WARM_UP = 6000;

/** All that Node lets through, but for CONNECT, which is not for the application. */
const SCANNED_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** One request like no other: its URL, its host and its headers come once, and all methods take turns. */
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

const collectGarbage = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

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
    const look = async () => {
      const { process: _process, ...numbers } = await running.app.get(MonitorService).metrics();
      return numbers;
    };
    // What a process is busy with, and which of its collections of garbage there have been, is its own business.
    const seriesOf = ({ counters, gauges, histograms }: Awaited<ReturnType<typeof look>>) =>
      Object.keys({ ...counters, ...gauges, ...histograms }).filter(
        (name) => !/^(active_resources|gc_duration)\b/.test(name),
      );

    const scan = async (from: number, to: number) => {
      for (let i = from; i < to; i += BATCH) await client.send(requests(i, BATCH));
    };

    await scan(0, ALL_KINDS);
    const before = await look();
    await scan(ALL_KINDS, WARM_UP);
    const heapBefore = heapUsed();
    await scan(WARM_UP, count);
    const [after, heapAfter] = [await look(), heapUsed()];

    expect(after.counters.requests).toBe(count);
    expect(seriesOf(after)).toEqual(seriesOf(before));
    expect(JSON.stringify(after)).not.toMatch(/scan|admin|example/);
    // Bytes. A text that is kept, or an entry in a Map, takes more for each request.
    expect((heapAfter - heapBefore) / count).toBeLessThan(60);
  }, 240_000);
});
