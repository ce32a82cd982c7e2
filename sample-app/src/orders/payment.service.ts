import { Injectable, InternalServerErrorException } from '@nestjs/common';
import type { Order } from './order.js';

/** Talks to the payment provider, which is down all day. */
@Injectable()
export class PaymentService {
  async refund(order: Order): Promise<void> {
    // A plain Error would end in a 500 as well, and in the log with its whole stack.
    throw new InternalServerErrorException(`Order ${order.id} is not refunded: the payment provider is down`);
  }
}
