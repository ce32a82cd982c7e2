import { Injectable, InternalServerErrorException } from '@nestjs/common';
import type { Order } from './order.js';

/** The client of a payment provider that is always down. */
@Injectable()
export class PaymentService {
  async refund(order: Order): Promise<void> {
    // A plain Error would give a 500 too, but Nest would log it with its whole stack.
    throw new InternalServerErrorException(`Order ${order.id} is not refunded: the payment provider is down`);
  }
}
