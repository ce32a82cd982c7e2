/** What a customer sends. */
export interface NewOrder {
  productId: number;
  quantity: number;
}

/** What the shop stores. */
export interface Order extends NewOrder {
  id: number;
  totalInCents: number;
  status: 'accepted' | 'shipped';
}
