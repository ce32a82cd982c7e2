import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { rawRequest, rawResponse } from '../../common/http/raw-request.js';
import type { HandlerCalls } from '../handlers/handler-calls.js';
import type { ObservedRequest, ObservedResponse } from './http.options.js';
import type { RequestObserver } from './request.observer.js';
import type { RouteRegistration } from './route-registration.js';

type Intercept = (context: ExecutionContext, next: CallHandler) => Observable<unknown>;

/**
 * The global interceptor. It counts the calls of handlers that do not come by HTTP, and tracks HTTP requests for an adapter with
 * which the {@link RequestObserver} does not see all requests. It does so on entry, since a handler may never settle.
 *
 * Nest's own code around a global interceptor costs a route more than the whole monitor. So the routes of controllers do not use
 * the interceptor if the observer sees all requests.
 */
export class RequestsInterceptor implements NestInterceptor {
  constructor(
    private readonly requests: RequestObserver,
    private readonly calls: HandlerCalls,
    private readonly routes: RouteRegistration,
  ) {}

  /** Nest reads this when it registers a handler, and leaves the interceptor out if it is `undefined`. */
  get intercept(): Intercept {
    if (this.requests.seesAll && this.routes.isUnderWay()) return undefined as unknown as Intercept;
    return this.interceptCall;
  }

  private readonly interceptCall: Intercept = (context, next) => {
    if (context.getType() !== 'http') return this.calls.watch(context, next);
    if (!this.requests.seesAll) this.track(context.getArgByIndex(0), context.getArgByIndex(1));
    return next.handle();
  };

  private track(wrappedRequest: unknown, wrappedResponse: unknown): void {
    const request = rawRequest(wrappedRequest);
    const response = rawResponse(wrappedResponse);
    if (request === undefined || response === undefined) return;
    const tracked = this.requests.track(request, response);
    if (tracked === undefined) return;
    tracked.wrappedRequest = wrappedRequest as ObservedRequest;
    tracked.wrappedResponse = wrappedResponse as ObservedResponse;
  }
}
