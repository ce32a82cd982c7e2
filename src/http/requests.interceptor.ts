import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
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
      // What context.switchToHttp().getRequest() gives, without the three closures that it makes on the way.
      const request = rawRequest(context.getArgByIndex(0));
      if (request !== undefined) this.requests.count(request);
    }
    return next.handle();
  }
}
