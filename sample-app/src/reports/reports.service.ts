import { Injectable } from '@nestjs/common';
import { MonitorService } from 'nestjs-monitor';
import { setTimeout as sleep } from 'node:timers/promises';
import { OrdersService } from '../orders/orders.service.js';
import type { Product } from '../products/product.js';
import { ProductsService } from '../products/products.service.js';
import type { SalesReport, SalesReportLine } from './sales-report.js';

@Injectable()
export class ReportsService {
  constructor(
    private readonly products: ProductsService,
    private readonly orders: OrdersService,
    private readonly monitor: MonitorService,
  ) {}

  sales(): Promise<SalesReport> {
    return this.monitor.time('sales_report_seconds', () => this.compute());
  }

  /** Slow in both ways: it waits, which holds up nobody else, and then it computes, which holds up everybody. */
  private async compute(): Promise<SalesReport> {
    const lines: SalesReportLine[] = [];
    for (const product of this.products.list()) lines.push(await this.lineOf(product));
    block(150);
    return { lines, totalInCents: lines.reduce((sum, { inCents }) => sum + inCents, 0) };
  }

  private async lineOf({ id, name }: Product): Promise<SalesReportLine> {
    await sleep(50); // as long as a database might take
    const orders = this.orders.list().filter(({ productId }) => productId === id);
    return {
      product: name,
      sold: orders.reduce((sum, { quantity }) => sum + quantity, 0),
      inCents: orders.reduce((sum, { totalInCents }) => sum + totalInCents, 0),
    };
  }
}

/**
 * Does what a synchronous hash or a huge `JSON.parse` does: nothing else in the process runs meanwhile. The
 * monitor shows it in `ioloop_excess_callback_latency`.
 */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
