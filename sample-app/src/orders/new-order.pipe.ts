import type { PipeTransform } from '@nestjs/common';
import { BadRequestException, Injectable } from '@nestjs/common';
import type { NewOrder } from './order.js';

const MAX_QUANTITY = 100;

/** Rejects a request whose body is not a valid order. */
@Injectable()
export class NewOrderPipe implements PipeTransform<unknown, NewOrder> {
  transform(body: unknown): NewOrder {
    const { productId, quantity } = (body ?? {}) as Record<string, unknown>;
    if (!isWholeNumber(productId)) throw new BadRequestException('productId must be a whole number');
    if (!isWholeNumber(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
      throw new BadRequestException(`quantity must be a whole number from 1 to ${MAX_QUANTITY}`);
    }
    return { productId, quantity };
  }
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
