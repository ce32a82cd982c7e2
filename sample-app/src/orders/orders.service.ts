import { BadRequestException, Injectable } from '@nestjs/common';
import { MonitorService } from 'nestjs-monitor';
import { ProductsService } from '../products/products.service.js';
import { ShippingQueue } from '../shipping/shipping.queue.js';
import { RestockJob } from '../stock/restock.job.js';
import type { NewOrder, Order } from './order.js';
import { PaymentService } from './payment.service.js';

@Injectable()
export class OrdersService {
  private readonly orders = new Map<number, Order>();

  constructor(
    private readonly products: ProductsService,
    private readonly shipping: ShippingQueue,
    private readonly stock: RestockJob,
    private readonly payment: PaymentService,
    // MonitorModule is global: only the root module imports it.
    private readonly monitor: MonitorService,
  ) {}

  place({ productId, quantity }: NewOrder): Order {
    const product = this.products.find(productId);
    if (!product) throw new BadRequestException(`There is no product ${productId}`);
    const id = this.orders.size + 1;
    const totalInCents = product.priceInCents * quantity;
    const order: Order = { id, productId, quantity, totalInCents, status: 'accepted' };
    this.orders.set(id, order);
    this.shipping.add(order);
    this.stock.sell(productId, quantity);

    this.monitor.count('orders');
    this.monitor.count('revenue_cents', totalInCents);
    // A label must have few values, such as the products. The id of an order would create a series for each order.
    this.monitor.count('sold_units', quantity, { product: product.name });
    this.monitor.observe('order_total_cents', totalInCents);
    return order;
  }

  list(): Order[] {
    return [...this.orders.values()];
  }

  find(id: number): Order | undefined {
    return this.orders.get(id);
  }

  async refund(order: Order): Promise<void> {
    try {
      await this.payment.refund(order);
      this.monitor.count('refunds');
    } catch (error) {
      this.monitor.count('failed_refunds');
      throw error;
    }
  }
}
