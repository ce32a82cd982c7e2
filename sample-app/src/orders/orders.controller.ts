import { Body, Controller, Get, NotFoundException, Param, ParseIntPipe, Post } from '@nestjs/common';
import { NewOrderPipe } from './new-order.pipe.js';
import type { NewOrder, Order } from './order.js';
import { OrdersService } from './orders.service.js';

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  place(@Body(NewOrderPipe) order: NewOrder): Order {
    return this.orders.place(order);
  }

  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number): Order {
    const order = this.orders.find(id);
    if (!order) throw new NotFoundException(`There is no order ${id}`);
    return order;
  }

  @Post(':id/refund')
  refund(@Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.orders.refund(this.find(id));
  }
}
