// A test as a user writes it. `test/fake-timers.spec.ts` has Jest run it.
import 'reflect-metadata';
import { expect, jest, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import { realTicks } from '../real-ticks.mjs';

class Root {}
Module({ imports: [MonitorModule.forRoot({ measureInterval: 1 })] })(Root);

test.each(['before', 'after'])('fake timers that are installed %s the application starts', async (when) => {
  if (when === 'before') jest.useFakeTimers();
  const context = await NestFactory.createApplicationContext(Root, { logger: false });
  if (when === 'after') jest.useFakeTimers();
  const later = jest.fn();
  setTimeout(later, 60_000);
  jest.advanceTimersByTime(3_600_000);
  jest.runOnlyPendingTimers();
  expect(later).toHaveBeenCalledTimes(1);
  const { seconds, ticks, latest, earliest, longest, shortest } = await realTicks(
    context.get(MonitorService),
  );
  expect(ticks).toBeLessThanOrEqual(1000 * seconds);
  for (const length of [latest, longest]) expect(length).toBeLessThanOrEqual(seconds);
  expect(earliest).toBeGreaterThanOrEqual(-0.001);
  expect(shortest).toBeGreaterThanOrEqual(0);
  await context.close();
  jest.useRealTimers();
});
