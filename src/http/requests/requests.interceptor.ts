import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { HandlerCalls } from '../../handlers/handler-calls.js';
import { rawRequest, rawResponse } from '../http-request.js';
import type { RequestObserver } from './request.observer.js';

/**
 * Hands each HTTP request on its way to a handler to the {@link RequestObserver}, for an adapter that the observer cannot
 * look into. It does so at entry: a handler may never settle. What comes by another way than HTTP is not a request but
 * a call of its handler.
 */
export class RequestsInterceptor implements NestInterceptor {
  constructor(
    private readonly requests: RequestObserver,
    private readonly calls: HandlerCalls,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return this.calls.watch(context, next);
    if (!this.requests.seesAll) {
      // What context.switchToHttp() gives, without the three closures that it makes on the way.
      const request = rawRequest(context.getArgByIndex(0));
      const response = rawResponse(context.getArgByIndex(1));
      if (request !== undefined && response !== undefined) this.requests.begin(request, response);
    }
    return next.handle();
  }
}
