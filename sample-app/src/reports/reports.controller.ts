import { Controller, Get } from '@nestjs/common';
import { ReportsService } from './reports.service.js';
import type { SalesReport } from './sales-report.js';

@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Get('sales')
  sales(): Promise<SalesReport> {
    return this.reports.sales();
  }
}
