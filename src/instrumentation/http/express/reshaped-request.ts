import { TrackedRequest } from '../tracked-request.js';
import { uncached } from './uncached-property.js';

/** An {@link TrackedRequest} on Express, which changes the prototype of the request and of the response; see {@link look}. */
export class ReshapedRequest extends TrackedRequest {
  override get method(): string | undefined {
    return uncached(this.request, 'method');
  }

  protected override get statusCode(): number {
    return uncached(this.response, 'statusCode');
  }

  protected override get statusMessage(): string {
    return uncached(this.response, 'statusMessage');
  }

  protected override get isDetached(): boolean {
    return uncached(this.response, 'socket') === null;
  }
}
