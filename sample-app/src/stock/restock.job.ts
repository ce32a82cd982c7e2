import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { MonitorService } from 'nestjs-monitor';
import { StockPool } from './stock.pool.js';
import { SupplierClient } from './supplier.client.js';

/** Reorders what was sold. The monitor counts the runs of the job by itself, including those that fail. */
@Injectable()
export class RestockJob {
  /** Units by product. */
  private sold = new Map<number, number>();

  constructor(
    private readonly supplier: SupplierClient,
    private readonly pool: StockPool,
    monitor: MonitorService,
  ) {
    // It has the properties of a pool of pg, and so it gets the same metrics: pool_waiting, pool_wait, pool_connections.
    monitor.watch(pool, { name: 'stock' });
  }

  sell(productId: number, quantity: number): void {
    this.sold.set(productId, (this.sold.get(productId) ?? 0) + quantity);
  }

  @Interval(2_000)
  async restock(): Promise<void> {
    const sold = this.sold;
    this.sold = new Map();
    await Promise.all([...sold].map(([productId, quantity]) => this.restockOne(productId, quantity)));
  }

  private async restockOne(productId: number, quantity: number): Promise<void> {
    try {
      await this.supplier.order(productId, quantity);
    } catch (error) {
      // The next run orders it again. This run still fails, so it throws the error.
      this.sell(productId, quantity);
      throw error;
    }
    // All three at once need more connections than there are.
    const queries = ['update stock', 'insert into ledger', 'insert into log'];
    await Promise.all(queries.map((text) => this.pool.query(text)));
  }
}
