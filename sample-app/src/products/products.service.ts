import { Injectable } from '@nestjs/common';
import type { Product } from './product.js';

@Injectable()
export class ProductsService {
  private readonly products: readonly Product[] = [
    { id: 1, name: 'Teapot', priceInCents: 2_450 },
    { id: 2, name: 'Cup', priceInCents: 690 },
    { id: 3, name: 'Kettle', priceInCents: 5_900 },
  ];

  list(): readonly Product[] {
    return this.products;
  }

  find(id: number): Product | undefined {
    return this.products.find((product) => product.id === id);
  }
}
