// Tests as a user writes them. `test/jest.spec.ts` has Jest run them.
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule } from 'nestjs-monitor';
import { createTestingMonitor, recorded } from 'nestjs-monitor/testing';

class ProductsController {
  list() {
    return ['Cup'];
  }
}
Controller('products')(ProductsController);
const { prototype } = ProductsController;
Get()(prototype, 'list', Object.getOwnPropertyDescriptor(prototype, 'list'));

class Root {}
Module({
  imports: [MonitorModule.forRoot({ diagnostics: true })],
  controllers: [ProductsController],
})(Root);

describe('a unit test, after which Jest lets nothing be imported', () => {
  beforeAll(() => {});

  it('reads what was recorded', async () => {
    const monitor = createTestingMonitor();
    monitor.count('taken');
    expect(await recorded(monitor).counter('taken')).toBe(1);
  });
});

describe('an end-to-end test', () => {
  let app;

  beforeAll(async () => {
    app = await NestFactory.create(Root, { logger: false });
    await app.listen(0, '127.0.0.1');
  });

  afterAll(() => app.close());

  it('is answered by the application, the endpoint, the page and a profile', async () => {
    const url = await app.getUrl();
    expect(await (await fetch(`${url}/products`)).json()).toEqual(['Cup']);
    const { counters } = await (await fetch(`${url}/monitor`)).json();
    expect(counters['http_requests{method="GET",route="/products",status="200"}']).toBe(1);
    const page = await fetch(`${url}/monitor`, { headers: { accept: 'text/html' } });
    const [, script] = /src="([^"]+)"/.exec(await page.text());
    expect((await fetch(new URL(script, page.url))).status).toBe(200);
    const profile = await fetch(`${url}/monitor/profile/cpu?seconds=0.1&format=cpuprofile`);
    expect((await profile.json()).nodes.length).toBeGreaterThan(1);
  });

  it('has the block of a test, with the function to blame', async () => {
    function blockForTest() {
      // By the clock of the CPU: on a busy machine, the process may not run for most of the time.
      const start = process.cpuUsage().user;
      while (process.cpuUsage().user - start < 700_000);
    }
    blockForTest();
    const url = await app.getUrl();
    const isFound = (blocks) => blocks.some((block) => block.function === 'blockForTest');
    let blocks = [];
    for (let i = 0; i < 200 && !isFound(blocks); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      blocks = (await (await fetch(`${url}/monitor`)).json()).eventloop_blocks;
    }
    expect(blocks.map((block) => block.function)).toContain('blockForTest');
    const files = blocks.map((block) => block.file);
    expect(files.some((file) => file?.endsWith('application.test.mjs'))).toBe(true);
  });
});
