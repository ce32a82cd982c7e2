import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { MonitorService } from 'nestjs-monitor';
import { ShippingQueue } from './shipping.queue.js';

/** Ships one order after the other, in the background. */
@Injectable()
export class ShippingWorker {
  constructor(
    private readonly queue: ShippingQueue,
    private readonly monitor: MonitorService,
  ) {}

  @Interval(1_000)
  shipNext(): void {
    const order = this.queue.take();
    if (!order) return;
    order.status = 'shipped';
    this.monitor.count('shipped_orders');
  }
}
