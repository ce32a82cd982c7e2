import { Injectable } from '@nestjs/common';
import { MonitorService } from 'nestjs-monitor';
import { SupplierServer } from './supplier.server.js';

/** Orders from the supplier. Its requests are measured by host; the template tells them from others to the same host. */
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
      // A body that is not read keeps the connection.
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`The supplier answered ${response.status} for product ${productId}`);
    });
  }
}
