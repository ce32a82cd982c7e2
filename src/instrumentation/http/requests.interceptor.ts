import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { HandlerCalls } from '../handlers/handler-calls.js';
import { rawRequest, rawResponse } from '../../common/http/raw-request.js';
import type { ObservedRequest, ObservedResponse } from './http.options.js';
import type { RequestObserver } from './request.observer.js';
import type { RouteRegistration } from './route-registration.js';

type Intercept = (context: ExecutionContext, next: CallHandler) => Observable<unknown>;

/**
 * Hands each HTTP request on its way to a handler to the {@link RequestObserver}, for an adapter that the observer cannot
 * look into. It does so at entry: a handler may never settle. What comes by another way than HTTP is not a request but
 * a call of its handler.
 *
 * A global interceptor costs a route more than all that the monitor does, even one that has nothing to do: Nest's own way
 * through it. So where the observer sees all requests, the routes of controllers go without.
 */
export class RequestsInterceptor implements NestInterceptor {
  constructor(
    private readonly requests: RequestObserver,
    private readonly calls: HandlerCalls,
    private readonly routes: RouteRegistration,
  ) {}

  /** Nest looks for it when it registers a handler, and leaves an interceptor out that has none. */
  get intercept(): Intercept {
    if (this.requests.seesAll && this.routes.isUnderWay()) return undefined as unknown as Intercept;
    return this.observe;
  }

  private readonly observe: Intercept = (context, next) => {
    if (context.getType() !== 'http') return this.calls.watch(context, next);
    if (!this.requests.seesAll) this.begin(context.getArgByIndex(0), context.getArgByIndex(1));
    return next.handle();
  };

  /** With what context.switchToHttp() gives. */
  private begin(given: unknown, givenResponse: unknown): void {
    const request = rawRequest(given);
    const response = rawResponse(givenResponse);
    if (request === undefined || response === undefined) return;
    const tracked = this.requests.begin(request, response);
    if (tracked === undefined) return;
    tracked.wrappedRequest = given as ObservedRequest;
    tracked.wrappedResponse = givenResponse as ObservedResponse;
  }
}
