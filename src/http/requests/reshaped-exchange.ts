import { Exchange } from './exchange.js';
import { look } from './look.js';

/** An {@link Exchange} on Express, which changes the prototype of the request and of the response; see {@link look}. */
export class ReshapedExchange extends Exchange {
  override get method(): string | undefined {
    return look(this.request, 'method');
  }

  protected override get statusCode(): number {
    return look(this.response, 'statusCode');
  }

  protected override get statusMessage(): string {
    return look(this.response, 'statusMessage');
  }

  protected override get isDetached(): boolean {
    return look(this.response, 'socket') === null;
  }
}
