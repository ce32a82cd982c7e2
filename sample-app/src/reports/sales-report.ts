export interface SalesReport {
  lines: SalesReportLine[];
  totalInCents: number;
}

export interface SalesReportLine {
  product: string;
  sold: number;
  inCents: number;
}
