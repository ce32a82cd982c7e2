import { Injectable } from '@nestjs/common';
import { MonitorService } from 'nestjs-monitor';
import type { Order } from '../orders/order.js';

/** The orders that wait to be shipped, the oldest first. */
@Injectable()
export class ShippingQueue {
  private readonly orders: Order[] = [];

  constructor(private readonly monitor: MonitorService) {
    // Anything with a size can be watched: watched_size{name="shipping"}. The size is read when the metrics are read.
    monitor.watch(this, { name: 'shipping' });
  }

  get size(): number {
    return this.orders.length;
  }

  add(order: Order): void {
    this.orders.push(order);
    this.measure();
  }

  take(): Order | undefined {
    const order = this.orders.shift();
    this.measure();
    return order;
  }

  /**
   * Called at every change, so that the monitor knows the highest value too: `max_gauges` shows a queue that fills and
   * empties between two reads.
   */
  private measure(): void {
    this.monitor.kv('queue_length', this.orders.length);
  }
}
