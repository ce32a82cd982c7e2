/**
 * An application that exports its metrics to OpenTelemetry, StatsD and prom-client, as a user writes it. It prints what it exported
 * in one line of JSON.
 *
 *   node main.js PORT_OF_STATSD
 */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AggregationTemporality, InMemoryMetricExporter } from '@opentelemetry/sdk-metrics';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import type { Measurements, PublisherObject, Reading } from 'nestjs-monitor';
import {
  MonitorMetricProducer,
  MonitorOpenTelemetryModule,
  monitorResourceAttributes,
} from 'nestjs-monitor/opentelemetry';
import type { MonitorMetricProducerOptions, MonitorOpenTelemetryOptions } from 'nestjs-monitor/opentelemetry';
import { PromClientModule } from 'nestjs-monitor/prom-client';
import type { PromClientOptions } from 'nestjs-monitor/prom-client';
import { statsdPublisher } from 'nestjs-monitor/statsd';
import type { StatsdOptions } from 'nestjs-monitor/statsd';
import { Registry } from 'prom-client';

const statsd: StatsdOptions = {
  dialect: 'dogstatsd',
  client: { host: '127.0.0.1', port: Number(process.argv[2]), prefix: 'shop.' },
};
const publisher: PublisherObject = statsdPublisher(statsd);
const options: MonitorMetricProducerOptions = {
  temporality: AggregationTemporality.DELTA,
  histograms: 'exponential',
  extremes: false,
  urlScheme: 'https',
};

/** An exporter that ignores its shutdown. */
class KeptExporter extends InMemoryMetricExporter {
  override shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
const exporter = new KeptExporter(AggregationTemporality.CUMULATIVE);
const openTelemetry: MonitorOpenTelemetryOptions = { exporter, attributes: { 'service.name': 'shop' } };

const registry = new Registry();
const promClient: PromClientOptions = { registry, reader: 'metrics' };

@Module({
  imports: [
    MonitorModule.forRoot({ publisher, publishInterval: 3_600_000 }),
    PromClientModule.forRoot(promClient),
    MonitorOpenTelemetryModule.forRoot(openTelemetry),
  ],
})
class AppModule {}

export function wrong(monitor: MonitorService): unknown[] {
  return [
    // @ts-expect-error a dialect that is none
    statsdPublisher({ dialect: 'telegraf' }),
    // @ts-expect-error an option that is misspelt
    new MonitorMetricProducer(monitor, { temporalty: 1 }),
    // @ts-expect-error something that is no registry
    PromClientModule.forRoot({ registry: {} }),
  ];
}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  const monitor = app.get(MonitorService);
  monitor.count('orders', 3);
  const reading: Reading<Measurements> = await monitor.measurements('mine');
  const producer = new MonitorMetricProducer(monitor, options);
  const { resourceMetrics, errors } = await producer.collect();
  const isInRegistry = /^orders_total 3$/m.test(await registry.metrics());
  monitor.count('orders', 2);
  await app.close();
  const last = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
  const atTheEnd = last.find(({ descriptor }) => descriptor.name === 'orders')?.dataPoints[0]?.value;
  const exported = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  const orders = exported.find(({ descriptor }) => descriptor.name === 'orders');
  const measured = reading.metrics.metrics.map(({ name }) => name).includes('orders');
  const runtime = monitorResourceAttributes()['process.runtime.name'];
  console.log(
    JSON.stringify({
      orders: orders?.dataPoints[0]?.value,
      atTheEnd,
      measured,
      isInRegistry,
      runtime,
      errors,
    }),
  );
}

void main();
