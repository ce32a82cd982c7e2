import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { AdapterRequest } from './http-request.js';
import { rawRequest } from './http-request.js';
import type { RequestCounter } from './request-counter.js';

/**
 * Counts each HTTP request on its way to a handler. It counts at entry: a handler may never settle.
 *
 * A request that a guard, a body parser or the router answers never gets here; the {@link RequestObserver} has
 * seen it by then.
 */
export class RequestsInterceptor implements NestInterceptor {
  constructor(private readonly requests: RequestCounter) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') {
      this.requests.count(rawRequest(context.switchToHttp().getRequest<AdapterRequest>()));
    }
    return next.handle();
  }
}
