import type { INestApplicationContext } from '@nestjs/common';
import { expect } from 'vitest';
import { MonitorService, parseSeriesName } from '../../src/index.js';

/** The handler calls by outcome, such as `{ 'CatsController.find ok': 1 }`. Checks that each has a duration. */
export async function handlerCalls(
  app: INestApplicationContext,
  transport: string,
): Promise<Record<string, number>> {
  const { counters, histograms } = await readAnew(app);
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

/** Reads as a new reader, whose window begins with the application. */
function readAnew(app: INestApplicationContext) {
  return app.get(MonitorService).metrics(`reader-${++readers}`);
}
