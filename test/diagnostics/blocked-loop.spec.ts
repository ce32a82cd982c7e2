import { Controller, Get } from '@nestjs/common';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventLoopBlock } from '../../src/index.js';
import { Watchdog } from '../../src/diagnostics/blocked-loop/watchdog.js';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { BLOCKED_FOR } from '../support/block-message.js';
import { loadLargeBundle } from '../support/large-bundle.js';
import { eventually } from '../support/eventually.js';
import { only } from '../support/present.js';

/** Keeps the event loop busy for this many milliseconds of CPU time. */
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
    expect(line).toMatch(new RegExp(`^${BLOCKED_FOR} by \`addUpSales\` \\(test/diagnostics/`));
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
    // The id of a thread that has ended.
    expect(only(workers).threadId).toBe(-1);
  });

  it('is replaced once by one that reads no source maps if it runs out of memory, and then fails for good', async () => {
    const workers: Worker[] = [];
    const add = (worker: Worker): unknown => workers.push(worker);
    process.on('worker', add);
    onTestFinished(() => void process.off('worker', add));
    const shop = await startApp('express', {
      imports: [MonitorModule.forRoot({ diagnostics: true })],
      controllers: [ReportsController],
    });
    const runOutOfMemory = async (worker: Worker | undefined) => {
      const error = Object.assign(new Error('out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
      worker?.emit('error', error);
      await worker?.terminate();
    };
    await runOutOfMemory(workers[0]);
    expect(workers).toHaveLength(2);
    expect(only(shop.log.warnings)).toContain('Source maps are not read any more');
    await eventually(async () => {
      await shop.get('/reports/sales/2026');
      const { eventloop_blocks: blocks } = await shop.document();
      expect(blocks.map(({ function: name }) => name)).toContain('addUpSales');
    });
    await runOutOfMemory(workers[1]);
    expect(workers).toHaveLength(2);
    expect(shop.log.warnings.filter((text) => text.includes('is not watched any more'))).toHaveLength(1);
  });

  it('is a new one for an application that starts after it has failed, and the others say so in the log', async () => {
    const workers: Worker[] = [];
    const add = (worker: Worker): unknown => workers.push(worker);
    process.on('worker', add);
    onTestFinished(() => void process.off('worker', add));
    const withDiagnostics = () => ({ imports: [MonitorModule.forRoot({ diagnostics: true })] });
    const shop = await startApp('express', withDiagnostics());
    const failed = only(workers);
    // As Node does when a thread runs out of memory.
    failed.emit('error', new Error('out of memory'));
    await failed.terminate();
    const failures = () => shop.log.warnings.filter((text) => text.includes('not watched any more'));
    expect(only(failures())).toContain('out of memory');
    const office = await startApp('fastify', withDiagnostics());
    expect(workers).toHaveLength(2);
    expect(workers[1]?.threadId).toBeGreaterThan(0);
    await office.app.close();
    expect(workers[1]?.threadId).toBe(-1);
    expect(failures()).toHaveLength(1);
  });
});

describe('A bundle with a source map of 13 MB', () => {
  it('does not end the watchdog: its blocks are named with their position in the original', async () => {
    const { buildReport } = await loadLargeBundle();
    const shop = await startApp('express', { imports: [MonitorModule.forRoot({ diagnostics: true })] });
    const named = async (count: number) => {
      const { eventloop_blocks: blocks } = await shop.document();
      const found = blocks.filter(({ function: name }) => name === 'buildReport');
      // A busy machine may have hidden one.
      if (found.length < count) buildReport(600);
      expect(found.length).toBeGreaterThanOrEqual(count);
      return found[0];
    };
    for (const count of [1, 2]) {
      const block = await eventually(() => named(count));
      expect(block).toMatchObject({ cause: 'javascript', line: 42 });
      expect(block?.file).toMatch(/^\/.*\/src\/reports\.ts$/);
    }
    expect(shop.log.warnings.filter((text) => text.includes('any more'))).toEqual([]);
  });
});

describe('A block whose explanation fails', () => {
  it('ends the watchdog and not the process', async () => {
    const failed = new Promise<unknown>((resolve) => {
      const watchdog = new Watchdog(100, {
        onBeat: () => {},
        onBlockEnd: () => {
          throw new Error('This block has no explanation.');
        },
        onBlock: () => {},
        onSourceMapsOff: () => {},
        onFailure: resolve,
      });
      watchdog.start();
      onTestFinished(() => watchdog.stop());
    });
    setImmediate(() => addUpSales(300));
    expect(String(await failed)).toBe('Error: This block has no explanation.');
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
