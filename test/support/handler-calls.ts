import type { INestApplicationContext } from '@nestjs/common';
import { expect } from 'vitest';
import { MonitorService, parseSeriesName } from '../../src/index.js';

/** The calls of handlers by what became of them, such as `{ 'CatsController.find ok': 1 }`. Checks that each was timed. */
export async function handlerCalls(
  app: INestApplicationContext,
  transport: string,
): Promise<Record<string, number>> {
  const { counters, histograms } = await lookAnew(app);
  const calls: Record<string, number> = {};
  const [counted, timed] = [new Map<string, number>(), new Map<string, number>()];
  for (const [series, value] of Object.entries(counters)) {
    const { name, labels } = parseSeriesName(series);
    if (name !== 'handler_calls' || labels.transport !== transport) continue;
    const { handler = '', outcome = '', ...others } = labels;
    expect(others).toEqual({ transport });
    if (value > 0) calls[`${handler} ${outcome}`] = value;
    counted.set(handler, (counted.get(handler) ?? 0) + value);
  }
  for (const [series, { count }] of Object.entries(histograms)) {
    const { name, labels } = parseSeriesName(series);
    if (name === 'handler_duration' && labels.transport === transport) timed.set(labels.handler ?? '', count);
  }
  expect(timed).toEqual(counted);
  return calls;
}

let readers = 0;

/** As a reader that has never looked before, and so sees everything since the start. */
function lookAnew(app: INestApplicationContext) {
  return app.get(MonitorService).metrics(`look-${++readers}`);
}
