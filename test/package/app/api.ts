/** Every public name, used as an application uses it. It is compiled and never run. */
import type { ExecutionContext } from '@nestjs/common';
import { Injectable, Module, UseGuards } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import {
  LoopbackGuard,
  MonitorController,
  MonitorModule,
  MonitorOptionsError,
  PUBLISHER_INTERVAL,
} from 'nestjs-monitor';
import type {
  MetricsSnapshot,
  MonitorModuleAsyncOptions,
  MonitorOptions,
  MonitorOptionsFactory,
  ProcessMetrics,
  PublishContext,
  Publisher,
  PublisherObject,
  PublishFunction,
  Values,
  MonitorService,
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
}

export const toConsole: PublishFunction = (metrics) => console.log(metrics.counters.requests);
export const publishers: Publisher[] = [toConsole, new Collector(), async () => {}];

/** A guard that lets in even fewer. */
@Injectable()
export class OfficeHoursGuard extends LoopbackGuard {
  override canActivate(context: ExecutionContext): boolean {
    return new Date().getHours() > 8 && super.canActivate(context);
  }
}

@UseGuards(OfficeHoursGuard)
export class OfficeHoursController extends MonitorController {}

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
  MonitorModule.forRootAsync(byFactory),
  MonitorModule.forRootAsync({ useFactory: () => ({}) }),
  MonitorModule.forRootAsync({ useClass: Settings }),
  MonitorModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }),
];

export async function everyCall(monitor: MonitorService, scheduler: SchedulerRegistry): Promise<void> {
  monitor.count('orders');
  monitor.count('bytes', 512);
  monitor.kv('queue_length', 3);
  const { counters, gauges, max_gauges, min_gauges, process }: MetricsSnapshot = await monitor.metrics();
  const values: Values[] = [counters, gauges, max_gauges, min_gauges];
  const { uptime, num_fds, meminfo, cpu }: ProcessMetrics = process;
  const numbers: (number | null)[] = [uptime, num_fds, meminfo.rss_bytes, meminfo.vsz_bytes, cpu.num_threads];
  console.log(values, numbers, cpu.user_time + cpu.system_time, await monitor.metrics('mine'));
  console.log(scheduler.getInterval(PUBLISHER_INTERVAL));
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
MonitorModule.forRoot({ publishInterval: '5s' });
// @ts-expect-error a factory that makes no options
MonitorModule.forRootAsync({ useFactory: () => 5_000 });
// @ts-expect-error a controller that is none of ours
MonitorModule.forRoot({ controller: Settings });

export function wrongCalls(monitor: MonitorService): void {
  // @ts-expect-error a name that is no text
  monitor.count(1);
  // @ts-expect-error a gauge without a value
  monitor.kv('queue_length');
}
