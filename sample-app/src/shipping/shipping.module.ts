import { Module } from '@nestjs/common';
import { ShippingQueue } from './shipping.queue.js';
import { ShippingWorker } from './shipping.worker.js';

@Module({
  providers: [ShippingQueue, ShippingWorker],
  exports: [ShippingQueue],
})
export class ShippingModule {}
