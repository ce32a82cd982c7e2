import { Controller, Get } from '@nestjs/common';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventLoopBlock } from '../../src/index.js';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { only } from '../support/present.js';

/** Keeps the event loop busy for so many milliseconds of CPU time. */
function addUpSales(ms: number): number {
  const begin = process.cpuUsage().user;
  let sum = 0;
  while (process.cpuUsage().user - begin < ms * 1000) for (let i = 0; i < 1000; i++) sum += Math.sqrt(i);
  return sum;
}

@Controller('reports')
class ReportsController {
  @Get('sales/:year')
  sales(): { sum: number } {
    return { sum: addUpSales(600) };
  }

  @Get('list')
  list(): string[] {
    return [];
  }
}

describe.each(ADAPTERS)('A blocked event loop on %s', (adapter) => {
  it('is in the document with the culprit and the requests that waited', async () => {
    const shop = await startApp(adapter, {
      imports: [MonitorModule.forRoot({ diagnostics: true })],
      controllers: [ReportsController],
    });
    const slow = shop.get('/reports/sales/2026?token=secret');
    const waiting = Array.from({ length: 3 }, () => shop.get('/reports/list'));
    await Promise.all([slow, ...waiting]);
    const block = await eventually(async () => {
      const { eventloop_blocks: blocks } = await shop.document();
      const found = blocks.find(({ duration }) => duration > 0.4);
      expect(found).toBeDefined();
      return found as EventLoopBlock;
    });
    expect(block).toMatchObject({ cause: 'javascript', function: 'addUpSales' });
    expect(block.file).toBe('test/diagnostics/blocked-loop.spec.ts');
    expect(block.confidence).toBeGreaterThan(0.5);
    expect(block.frames.map((frame) => frame.function)).toContain('ReportsController.sales');
    expect(block.in_flight).toContainEqual({ kind: 'http', name: 'GET /reports/sales/:year', count: 1 });
    expect(JSON.stringify(block)).not.toContain('secret');
    const [line] = shop.log.warnings.filter((text) => text.includes('addUpSales'));
    expect(line).toMatch(/^The event loop was blocked for \d+ ms by `addUpSales` \(test\/diagnostics\//);
    expect(line).toContain('GET /reports/');
    const { counters, histograms } = await shop.document();
    const labels = `{file="test/diagnostics/blocked-loop.spec.ts",function="addUpSales"}`;
    expect(counters[`eventloop_blocks${labels}`]).toBeGreaterThanOrEqual(1);
    expect(histograms).toHaveProperty([`eventloop_block_duration${labels}`]);
  });
});

describe('The thread of the watchdog', () => {
  it('is one for all applications of a process, and has ended when the last of them has closed', async () => {
    const workers: Worker[] = [];
    const add = (worker: Worker): unknown => workers.push(worker);
    process.on('worker', add);
    onTestFinished(() => void process.off('worker', add));
    const withDiagnostics = () => ({ imports: [MonitorModule.forRoot({ diagnostics: true })] });
    const [shop, office] = [
      await startApp('express', withDiagnostics()),
      await startApp('fastify', withDiagnostics()),
    ];
    const { threadId } = only(workers);
    expect(threadId).toBeGreaterThan(0);
    await shop.app.close();
    expect(only(workers).threadId).toBe(threadId);
    await office.app.close();
    // What an ended thread has.
    expect(only(workers).threadId).toBe(-1);
  });
});

describe('Without diagnostics', () => {
  it('no block is recorded, no thread is started, and the list is empty', async () => {
    const shop = await startApp('express', {
      imports: [MonitorModule.forRoot()],
      controllers: [ReportsController],
    });
    await shop.get('/reports/sales/2026');
    const { eventloop_blocks: blocks } = await shop.document();
    expect(blocks).toEqual([]);
    expect(process.getActiveResourcesInfo()).not.toContain('MessagePort');
  });
});
