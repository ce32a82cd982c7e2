/**
 * An application as a user writes it, in a package of its own:
 *
 *   node main.js express|fastify forRoot|forRootAsync
 *
 * It prints, as lines of JSON, its address and each published snapshot, and closes at SIGTERM.
 */
import { Body, Controller, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import type { MonitorOptions } from 'nestjs-monitor';
import { get } from 'node:http';

const [adapter, wiring] = process.argv.slice(2);

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

@Injectable()
class Settings {
  readonly monitor: MonitorOptions = {
    publisher: (published) => say({ published }),
    publishInterval: 50,
    // Long enough for a busy machine.
    publishTimeout: 10_000,
  };
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

/** Nothing listens there. */
const SHELTER = 'http://127.0.0.1:2/cats';

@Injectable()
class Reminder {
  @Timeout('reminder', 1)
  remind(): void {}
}

@Controller('cats')
class CatsController {
  constructor(
    private readonly monitor: MonitorService,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  @Post()
  async adopt(@Body() cat: { hunger: number }): Promise<object> {
    await fetch(SHELTER).catch(() => {});
    await new Promise((resolve) =>
      get(SHELTER)
        .on('error', () => {})
        .on('close', resolve),
    );
    this.monitor.count('cats');
    this.monitor.kv('hunger', cat.hunger);
    this.monitor.observe('appetite', cat.hunger);
    return { intervals: this.scheduler.getIntervals() };
  }
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    wiring === 'forRoot'
      ? MonitorModule.forRoot(new Settings().monitor)
      : MonitorModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async (settings: Settings) => settings.monitor,
        }),
  ],
  controllers: [CatsController],
  providers: [Reminder],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(
    AppModule,
    adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(),
    { logger: ['warn', 'error'] },
  );
  process.once('SIGTERM', () => void app.close());
  await app.listen(0, '127.0.0.1');
  say({ listening: await app.getUrl() });
}

void main();
