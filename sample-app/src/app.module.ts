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
    // For the @Interval methods of the shop. The monitor works with and without it.
    ScheduleModule.forRoot(),
    // MonitorModule.forRoot() is enough for GET /monitor. With forRootAsync(), a provider of the shop is the publisher.
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
