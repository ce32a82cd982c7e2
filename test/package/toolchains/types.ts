/** Uses the types of every entry point. */
import type { DynamicModule } from '@nestjs/common';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import { Registry } from 'prom-client';
import type { MetricsSnapshot, MonitorOptions } from 'nestjs-monitor';
import { MonitorMetricProducer } from 'nestjs-monitor/opentelemetry';
import { PromClientModule } from 'nestjs-monitor/prom-client';
import { statsdPublisher } from 'nestjs-monitor/statsd';
import { createTestingMonitor, recorded } from 'nestjs-monitor/testing';

const registry = new Registry();
const options: MonitorOptions = { publisher: statsdPublisher(), path: 'monitor' };
export const modules: DynamicModule[] = [
  MonitorModule.forRoot(options),
  PromClientModule.forRoot({ registry }),
];
export const producer = new MonitorMetricProducer(createTestingMonitor());
export const value: Promise<number> = recorded(createTestingMonitor()).counter('taken');

export function read(metrics: MetricsSnapshot): number | undefined {
  return metrics.counters['requests'];
}

// @ts-expect-error an option that is misspelt
export const wrong: MonitorOptions = { publishers: [] };

export class Stock {
  constructor(readonly monitor: MonitorService) {}
}
