/** Every public name, used as an application uses it. It is compiled and never run. */
import type { ExecutionContext } from '@nestjs/common';
import { Controller, Injectable, Module, SetMetadata, UseGuards, UseInterceptors } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { SchedulerRegistry } from '@nestjs/schedule';
import {
  HandlerCallsInterceptor,
  LoopbackGuard,
  MonitorAccess,
  MonitorController,
  MonitorModule,
  MonitorOptionsError,
  MonitorPort,
  MonitorService,
  parseSeriesName,
  PUBLISHER_INTERVAL,
} from 'nestjs-monitor';
import type {
  AccessDecision,
  AccessOptions,
  AccessGranted,
  Collector as OwnCollector,
  CollectorsOptions,
  Counter,
  CounterSeriesMeasurement,
  Description,
  Extremes,
  Gauge,
  GaugeSeriesMeasurement,
  Histogram,
  HistogramSeriesMeasurement,
  HistogramSnapshot,
  HistogramValues,
  InstanceInfo,
  Labels,
  LabelValue,
  Measurement,
  Measurements,
  MetricsSnapshot,
  MonitorModuleAsyncOptions,
  MonitorOptions,
  MonitorOptionsFactory,
  PortOptions,
  ProcessMetrics,
  PublishContext,
  Publisher,
  PublisherObject,
  PublishFunction,
  AccessDenied,
  AccessDeniedReason,
  RequestFilter,
  Reading,
  SeriesIdentity,
  SeriesMeasurement,
  Values,
} from 'nestjs-monitor';

@Injectable()
export class Settings implements MonitorOptionsFactory {
  createMonitorOptions(): MonitorOptions {
    return { publishInterval: 5_000, publishTimeout: 1_000, measureInterval: 50, path: 'ops/monitor' };
  }
}

@Module({ providers: [Settings], exports: [Settings] })
export class SettingsModule {}

/** A publisher that is a provider. */
@Injectable()
export class Collector implements PublisherObject {
  async publish(metrics: MetricsSnapshot, { signal }: PublishContext): Promise<void> {
    await fetch('https://collector.example.com', { method: 'POST', body: JSON.stringify(metrics), signal });
  }

  async afterLastPublish(): Promise<void> {}
}

/** A collector that is a provider. */
@Injectable()
export class PoolCollector implements OwnCollector {
  async collect(monitor: MonitorService): Promise<void> {
    monitor.kv('pool_waiting', await Promise.resolve(3));
  }
}

export const collectors: CollectorsOptions = {
  process: true,
  eventLoop: true,
  memory: true,
  gc: false,
  own: [new PoolCollector(), { start: (monitor) => monitor.count('starts'), stop: () => {} }],
};

export const whereItRuns = ({ hostname, pid, worker_id }: InstanceInfo): string =>
  `${hostname ?? 'unknown'}:${pid}:${worker_id ?? 'main'}`;

export const toConsole: PublishFunction = (metrics) => console.log(metrics.counters.requests);
export const publishers: Publisher[] = [toConsole, new Collector(), async () => {}];

/** A guard that allows fewer requests. */
@Injectable()
export class OfficeHoursGuard extends LoopbackGuard {
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return new Date().getHours() > 8 && super.canActivate(context);
  }
}

/** A guard with other rules. */
@Injectable()
export class ByTokenOnlyGuard extends LoopbackGuard {
  constructor(access: MonitorAccess) {
    super(access);
  }

  protected override decide(request: IncomingMessage): AccessDecision {
    const decision = super.decide(request);
    return decision.allowed && decision.by !== 'token' ? refuse('token', decision) : decision;
  }
}

function refuse(reason: AccessDeniedReason, { by }: AccessGranted): AccessDenied {
  return { allowed: false, reason, detail: by };
}

export const byTeam: RequestFilter = async (request, { allowed }) =>
  allowed || request.headers['x-team'] === 'ops';
export const access: AccessOptions = {
  allow: ['10.0.0.0/8', 'unix'],
  allowedHosts: ['monitor.internal'],
  token: 'x'.repeat(32),
  requestFilter: byTeam,
};
export const port: PortOptions = { port: 9464, bindAddress: '0.0.0.0' };
export const urlOf = (monitorPort: MonitorPort): string | undefined => monitorPort.url;

@UseGuards(OfficeHoursGuard)
export class OfficeHoursController extends MonitorController {}

@UseInterceptors(HandlerCallsInterceptor)
@Controller()
export class CountedController {}

const byFactory: MonitorModuleAsyncOptions = {
  imports: [SettingsModule],
  inject: [Settings],
  useFactory: async (settings: Settings) => settings.createMonitorOptions(),
  controller: OfficeHoursController,
};

export const everyWayIn = [
  MonitorModule.forRoot(),
  MonitorModule.forRoot({}),
  MonitorModule.forRoot({
    publisher: toConsole,
    host: 'ops.example.com',
    interceptor: false,
    maxSeries: 100,
  }),
  MonitorModule.forRoot({ publisher: publishers, controller: OfficeHoursController }),
  MonitorModule.forRoot({ controller: false }),
  MonitorModule.forRoot({ ...access, ...port, decorators: [SetMetadata('isPublic', true)] }),
  MonitorModule.forRootAsync({ decorators: [SetMetadata('isPublic', true)], useFactory: () => access }),
  MonitorModule.forRootAsync(byFactory),
  MonitorModule.forRootAsync({ useFactory: () => ({}) }),
  MonitorModule.forRootAsync({ useClass: Settings }),
  MonitorModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }),
];

const route: LabelValue = '/orders';
const labels: Labels = { route, status: 200, cached: false };

export function everySample(monitor: MonitorService): void {
  monitor.count('orders');
  monitor.count('bytes', 512, labels);
  monitor.kv('queue_length', 3);
  monitor.kv('queue_length', 3, { queue: 'mail' });
  monitor.observe('order_total', 9.5);
  monitor.observe('order_total', 9.5, { currency: 'EUR' });
  const description: Description = { help: 'What an order costs', unit: 'euros', buckets: [1, 10, 100] };
  monitor.describe('order_total', description);
}

export async function everyTiming(monitor: MonitorService): Promise<string> {
  const parsed: number = monitor.time('parse', () => 5);
  const loaded: Promise<string> = monitor.time('load', async () => 'a user', { table: 'users' });
  return `${parsed} ${await loaded}`;
}

export class Handles {
  readonly hits: Counter;
  readonly load: Gauge;
  readonly pool: Gauge;
  readonly sizes: Histogram;

  constructor(monitor: MonitorService) {
    this.hits = monitor.counter('cache', { result: 'hit' });
    this.load = monitor.gauge('load');
    this.pool = monitor.gauge('pool_size', () => 4, { pool: 'a' });
    this.sizes = monitor.histogram('sizes', labels);
  }

  use(): number[] {
    this.hits.inc();
    this.hits.inc(2);
    this.load.set(0.5);
    this.sizes.observe(100);
    return [this.hits.value, this.load.value, this.pool.value, this.sizes.count];
  }
}

export async function everyLook(monitor: MonitorService, scheduler: SchedulerRegistry): Promise<void> {
  const snapshot: MetricsSnapshot = await monitor.metrics();
  const { counters, gauges, max_gauges, min_gauges, histograms, process, instance } = snapshot;
  const values: Values[] = [counters, gauges, max_gauges, min_gauges];
  const { uptime, num_fds, meminfo, cpu }: ProcessMetrics = process;
  const numbers: (number | null)[] = [uptime, num_fds, meminfo.rss_bytes, meminfo.vsz_bytes, cpu.num_threads];
  const distributions: Record<string, HistogramValues> = histograms;
  const series: SeriesIdentity[] = Object.keys(counters).map(parseSeriesName);
  const seconds: number = (cpu.user_time ?? 0) + (cpu.system_time ?? 0);
  console.log(values, numbers, seconds, distributions, series, instance.worker_id);
  const pieces: string[] = await monitor.json('mine');
  console.log(pieces.join(''), await monitor.metrics('mine'));
  console.log(scheduler.getInterval(PUBLISHER_INTERVAL));
}

export async function everyMeasurement(monitor: MonitorService): Promise<(number | undefined)[]> {
  const { metrics, giveBack }: Reading<Measurements> = await monitor.measurements('mine');
  const figures = metrics.metrics.flatMap((metric: Measurement) => {
    if (metric.kind === 'counter') return metric.series.map((one: CounterSeriesMeasurement) => one.value);
    if (metric.kind === 'gauge') {
      return metric.series.map(({ value, extremes }: GaugeSeriesMeasurement) => {
        const { min, max }: Extremes = extremes ?? { min: value, max: value };
        return max - min;
      });
    }
    return metric.series.map(({ total, interval, ...series }: HistogramSeriesMeasurement) => {
      const { labels, labelsText }: SeriesMeasurement = series;
      const snapshot: HistogramSnapshot = Object.keys(labels).length > labelsText.length ? total : interval;
      return snapshot.quantile(0.5);
    });
  });
  giveBack();
  return [metrics.startTime, metrics.time, metrics.process.uptime ?? undefined, ...figures];
}

export function whatWasWrong(thrown: unknown): string {
  if (!(thrown instanceof MonitorOptionsError)) return 'something else';
  const { option, value, allowed }: { option: string; value: unknown; allowed: string } = thrown;
  return `${option} must be ${allowed}, not ${String(value)}`;
}

// What the compiler must not let through:

// @ts-expect-error an option that is misspelt
MonitorModule.forRoot({ publishIntervall: 5_000 });
// @ts-expect-error an option of the wrong type
MonitorModule.forRoot({ publishInterval: true });
// @ts-expect-error a factory that makes no options
MonitorModule.forRootAsync({ useFactory: () => 5_000 });
// @ts-expect-error a controller that is none of ours
MonitorModule.forRoot({ controller: Settings });

export function wrongCalls(monitor: MonitorService): void {
  // @ts-expect-error a name that is no text
  monitor.count(1);
  // @ts-expect-error a gauge without a value
  monitor.kv('queue_length');
  // @ts-expect-error a label that is a list
  monitor.count('orders', 1, { routes: ['/orders'] });
}
