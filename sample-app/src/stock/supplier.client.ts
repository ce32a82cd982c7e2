import { Injectable } from '@nestjs/common';
import { MonitorService } from 'nestjs-monitor';
import { SupplierServer } from './supplier.server.js';

/** Orders from the supplier. Its requests are measured by host, and by a route that separates them from others to that host. */
@Injectable()
export class SupplierClient {
  constructor(
    private readonly supplier: SupplierServer,
    private readonly monitor: MonitorService,
  ) {}

  order(productId: number, quantity: number): Promise<void> {
    return this.monitor.outgoing({ route: '/stock/:product' }, async () => {
      const response = await fetch(`${this.supplier.url}/stock/${productId}`, {
        method: 'POST',
        body: String(quantity),
      });
      // An unread body would keep the connection in use.
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`The supplier answered ${response.status} for product ${productId}`);
    });
  }
}
