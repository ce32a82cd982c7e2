export interface SalesReport {
  lines: SalesReportLine[];
  totalInCents: number;
  /** The forecast. */
  nextYearInCents: number;
}

export interface SalesReportLine {
  product: string;
  sold: number;
  inCents: number;
}
