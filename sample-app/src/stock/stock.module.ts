import { Module } from '@nestjs/common';
import { RestockJob } from './restock.job.js';
import { StockPool } from './stock.pool.js';
import { SupplierClient } from './supplier.client.js';
import { SupplierServer } from './supplier.server.js';

@Module({
  providers: [RestockJob, StockPool, SupplierClient, SupplierServer],
  exports: [RestockJob],
})
export class StockModule {}
