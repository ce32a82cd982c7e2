/**
 * An application as a user writes it, in a package of its own:
 *
 *   node main.js express|fastify forRoot|forRootAsync
 *
 * It says in lines of JSON where it listens and what it publishes, and closes at SIGTERM.
 */
import { Body, Controller, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import type { MonitorOptions } from 'nestjs-monitor';

const [adapter, wiring] = process.argv.slice(2);

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

@Injectable()
class Settings {
  readonly monitor: MonitorOptions = {
    publisher: (published) => say({ published }),
    publishInterval: 50,
    // On a machine that is busy with other things, all of it takes its time.
    publishTimeout: 10_000,
  };
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Controller('cats')
class CatsController {
  constructor(
    private readonly monitor: MonitorService,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  @Post()
  adopt(@Body() cat: { hunger: number }): object {
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
