import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { MonitorModule } from 'nestjs-monitor';
import { OrdersModule } from './orders/orders.module.js';
import { ProductsModule } from './products/products.module.js';
import { LogPublisher } from './publishing/log.publisher.js';
import { PublishingModule } from './publishing/publishing.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { ShippingModule } from './shipping/shipping.module.js';
import { TrafficModule } from './traffic/traffic.module.js';

@Module({
  imports: [
    // For the @Interval of the shop's own ShippingWorker. The monitor does without, and gets along with it.
    ScheduleModule.forRoot(),
    // MonitorModule.forRoot() would do to get GET /monitor. This way a provider of the shop is its publisher.
    MonitorModule.forRootAsync({
      imports: [PublishingModule],
      inject: [LogPublisher],
      useFactory: (publisher: LogPublisher) => ({ publisher, publishInterval: 5_000, diagnostics: true }),
    }),
    ProductsModule,
    ShippingModule,
    OrdersModule,
    ReportsModule,
    TrafficModule,
  ],
})
export class AppModule {}
