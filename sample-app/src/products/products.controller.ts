import { Controller, Get, NotFoundException, Param, ParseIntPipe } from '@nestjs/common';
import type { Product } from './product.js';
import { ProductsService } from './products.service.js';

/** Nothing here uses the monitor. Its requests are counted nevertheless, including the 404s. */
@Controller('products')
export class ProductsController {
  constructor(private readonly products: ProductsService) {}

  @Get()
  list(): readonly Product[] {
    return this.products.list();
  }

  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number): Product {
    const product = this.products.find(id);
    if (!product) throw new NotFoundException(`There is no product ${id}`);
    return product;
  }
}
