export interface Visit {
  path: string;
  /** What is posted; without it, the visit is a GET. */
  body?: unknown;
}

/** The visits of the customers, repeated in this order. */
export const VISITS: readonly Visit[] = [
  { path: '/products' },
  { path: '/products/1' },
  { path: '/orders', body: { productId: 1, quantity: 1 } },
  { path: '/orders/1' },
  { path: '/products' },
  { path: '/products/2' },
  { path: '/orders', body: { productId: 2, quantity: 6 } },
  { path: '/orders', body: { productId: 3, quantity: 1 } },
  { path: '/orders', body: { productId: 1, quantity: 3 } },
  { path: '/products/4' }, // not found
  { path: '/orders', body: { productId: 2, quantity: 0 } }, // refused
  { path: '/reports/sales' }, // slow
  { path: '/products' },
  { path: '/products/3' },
  { path: '/orders/1/refund', body: {} }, // fails
];
