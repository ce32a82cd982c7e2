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

  /** Slow in two ways: it waits, which delays no other request, and then it computes, which blocks the event loop. */
  private async compute(): Promise<SalesReport> {
    const lines: SalesReportLine[] = [];
    for (const product of this.products.list()) lines.push(await this.lineOf(product));
    const totalInCents = lines.reduce((sum, { inCents }) => sum + inCents, 0);
    return { lines, totalInCents, nextYearInCents: forecast(totalInCents) };
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

/** How long the forecast is computed, in milliseconds of CPU time. The event loop is blocked meanwhile. */
const FORECAST_TIME = 300;

/** The mean of very many years in which each month sells up to a tenth more or less than the one before. */
function forecast(inCents: number): number {
  const end = cpuTime() + FORECAST_TIME;
  let sum = 0;
  let years = 0;
  while (cpuTime() < end) {
    for (let i = 0; i < 1000; i++, years++) {
      let sales = inCents;
      for (let month = 0; month < 12; month++) sales *= 0.9 + 0.2 * Math.random();
      sum += sales;
    }
  }
  return Math.round(sum / years);
}

function cpuTime(): number {
  return process.cpuUsage().user / 1000;
}
