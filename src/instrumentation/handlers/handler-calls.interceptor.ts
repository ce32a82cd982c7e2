import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { HandlerCalls } from './handler-calls.js';

/**
 * Measures the calls of the handlers of a class where Nest has no global interceptors: gateways of Nest 11, microservices of a
 * hybrid application without `inheritAppConfig`, and everything with `interceptor: false`. Where the global interceptor
 * applies too, a call is still counted once. HTTP requests pass through it unmeasured.
 *
 * @example
 * \@UseInterceptors(HandlerCallsInterceptor)
 * \@WebSocketGateway()
 * export class CatsGateway {}
 */
@Injectable()
export class HandlerCallsInterceptor implements NestInterceptor {
  constructor(@Inject(HandlerCalls) private readonly calls: HandlerCalls) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return context.getType() === 'http' ? next.handle() : this.calls.watch(context, next);
  }
}
