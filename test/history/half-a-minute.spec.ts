import { Controller, HttpException, Param, Post } from '@nestjs/common';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { StepEvent } from '../../src/history/history-document.js';
import { MonitorModule, MonitorPort } from '../../src/index.js';
import type { Finding } from '../../src/index.js';
import { startApp } from '../support/app.js';
import { EventStream } from '../support/event-source.js';

@Controller()
class OrdersController {
  @Post('orders/:id/refund')
  refund(@Param('id') id: string): string {
    if (id !== '7') throw new HttpException('The bank does not answer', 502);
    return 'done';
  }
}

describe('an application whose requests fail for half a minute', () => {
  it("sends a finding over an event stream that stays open longer than the 30 s idle timeout of the monitor's own port", async () => {
    const root = { imports: [MonitorModule.forRoot({ port: 0 })], controllers: [OrdersController] };
    const running = await startApp('fastify', root);
    const url = running.app.get(MonitorPort).url ?? '';
    const stream = await EventStream.open(`${url}/events`);
    let last: StepEvent | undefined;
    const requests = (async () => {
      for (let id = 1; id <= 40; id++) {
        await running.get(`/orders/${id}/refund`, { method: 'POST' });
        await sleep(700);
      }
    })();
    const ID = 'failing-route POST /orders/:id/refund';
    // On a busy machine, there may be others.
    const isFound = (findings: Finding[]) => findings.some(({ id }) => id === ID);
    expect(await stream.next('findings', isFound)).toBeDefined();
    await requests;
    const end = Date.now() + 10_000;
    while ((last?.time ?? 0) < end) {
      last = (await stream.next('step'))?.data as StepEvent | undefined;
      if (last === undefined) break;
    }
    expect(last).toBeDefined();
    const document = (await (await fetch(`${url}/findings`)).json()) as { findings: Finding[] };
    expect(document.findings.map(({ title }) => title)).toContain(
      '39 of 40 requests to POST /orders/:id/refund failed in 5 minutes.',
    );
    const lines = running.log.findings.filter((line) => line.includes('POST /orders/:id/refund failed'));
    expect(lines).toHaveLength(1);
  });
});

describe('an application that waits for a program', () => {
  it('has a finding about the blocked event loop, though it used no CPU meanwhile', async () => {
    // The first 30 s of a process do not count.
    await sleep(Math.max(0, 31 - process.uptime()) * 1000);
    const root = { imports: [MonitorModule.forRoot({ diagnostics: true })] };
    const running = await startApp('express', root);
    const stream = await EventStream.open(`${running.url}/monitor/events`);
    // Once a step is there, the next one begins with it.
    expect(await stream.next('step')).toBeDefined();
    spawnSync(process.execPath, ['-e', 'setTimeout(() => {}, 6000)']);
    const isFound = (findings: Finding[]) => findings.some(({ id }) => id === 'event-loop-blocked');
    const found = (await stream.next('findings', isFound))?.data as Finding[] | undefined;
    expect(found?.find(({ id }) => id === 'event-loop-blocked')).toMatchObject({
      title: expect.stringMatching(/^The event loop was blocked .* s at worst/) as string,
      advice: expect.not.stringContaining('Switch diagnostics on') as string,
    });
  });
});
