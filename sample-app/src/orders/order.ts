/** What a customer sends. */
export interface NewOrder {
  productId: number;
  quantity: number;
}

/** What the shop makes of it. */
export interface Order extends NewOrder {
  id: number;
  totalInCents: number;
  status: 'accepted' | 'shipped';
}
