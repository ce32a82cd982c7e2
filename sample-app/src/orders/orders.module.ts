import { Module } from '@nestjs/common';
import { ProductsModule } from '../products/products.module.js';
import { StockModule } from '../stock/stock.module.js';
import { ShippingModule } from '../shipping/shipping.module.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { PaymentService } from './payment.service.js';

@Module({
  imports: [ProductsModule, ShippingModule, StockModule],
  controllers: [OrdersController],
  providers: [OrdersService, PaymentService],
  exports: [OrdersService],
})
export class OrdersModule {}
