import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { HandlerCalls } from '../../handlers/handler-calls.js';
import { rawRequest, rawResponse } from '../http-request.js';
import type { ObservedRequest, ObservedResponse } from './http.options.js';
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
    if (!this.requests.seesAll) this.begin(context.getArgByIndex(0), context.getArgByIndex(1));
    return next.handle();
  }

  /** With what context.switchToHttp() gives. */
  private begin(given: unknown, givenResponse: unknown): void {
    const request = rawRequest(given);
    const response = rawResponse(givenResponse);
    if (request === undefined || response === undefined) return;
    const exchange = this.requests.begin(request, response);
    if (exchange === undefined) return;
    exchange.wrappedRequest = given as ObservedRequest;
    exchange.wrappedResponse = givenResponse as ObservedResponse;
  }
}
