/** An application as a user builds it with webpack, SWC or esbuild: it prints its address, and has a handler and a job. */
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import { statsdPublisher } from 'nestjs-monitor/statsd';

@Injectable()
class StockService {
  constructor(private readonly monitor: MonitorService) {}

  @Interval(100)
  reorder(): void {
    this.monitor.count('reorders');
  }
}

@Controller('products')
class ProductsController {
  constructor(private readonly monitor: MonitorService) {}

  @Get(':id')
  show(): string {
    this.monitor.count('shown');
    return 'Cup';
  }
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    MonitorModule.forRoot({ diagnostics: true, publisher: statsdPublisher(), publishInterval: 3_600_000 }),
  ],
  controllers: [ProductsController],
  providers: [StockService],
})
class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  console.log(JSON.stringify({ listening: await app.getUrl() }));
}

void bootstrap();
