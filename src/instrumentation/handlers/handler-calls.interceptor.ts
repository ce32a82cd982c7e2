import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { HandlerCalls } from './handler-calls.js';

/**
 * Counts the calls of the handlers of a class that has `@UseInterceptors(HandlerCallsInterceptor)`. It is for where Nest
 * leaves out what is global: gateways with Nest 11, microservices of a hybrid application without `inheritAppConfig`,
 * and everything with `interceptor: false`. Where the global interceptor counts as well, a call is still counted once.
 * HTTP requests go through it unseen.
 */
@Injectable()
export class HandlerCallsInterceptor implements NestInterceptor {
  constructor(@Inject(HandlerCalls) private readonly calls: HandlerCalls) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return context.getType() === 'http' ? next.handle() : this.calls.watch(context, next);
  }
}
