import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { describeThrown } from '../common/show-value.js';
import { FORBIDDEN } from './access.messages.js';
import { MonitorAccess } from './monitor-access.js';
import type { AccessDecision, AccessDenied } from './access-decision.js';
import { denied } from './access-decision.js';
import { noteEndpointRequest } from '../common/http/own-endpoint.js';
import { rawRequest } from '../common/http/raw-request.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import { answerText, isAnswered } from '../common/http/raw-response.js';

/**
 * Allows requests from this machine, and those that the options `allow`, `token` and `requestFilter` allow.
 *
 * The client is identified by the address of its socket. A header can remove access and never grant it; the token is the only
 * exception. It is the guard of the monitor's endpoint, and may be used on controllers of the application, with the same options.
 *
 * A subclass may override {@link decide} and {@link refuse}.
 *
 * @example
 * \@Controller('admin')
 * \@UseGuards(LoopbackGuard)
 * export class AdminController {}
 */
@Injectable()
export class LoopbackGuard implements CanActivate {
  constructor(@Inject(MonitorAccess) protected readonly access: MonitorAccess) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = rawRequest(context.getArgByIndex(0));
    // Messages of a transport or a WebSocket have no HTTP request to check.
    if (request === undefined || context.getType() !== 'http') return false;
    noteEndpointRequest(context.getClass<object>(), request);
    const response = context.getArgByIndex<AdapterResponse>(1);
    const decision = this.access.applyFilter(request, this.decideSafely(request));
    if (decision instanceof Promise) return decision.then((settled) => this.conclude(settled, response));
    return this.conclude(decision, response);
  }

  /** Decides by the rules, before the `requestFilter` of the options is called. If it throws, the request is refused. */
  protected decide(request: IncomingMessage): AccessDecision {
    return this.access.decide(request);
  }

  /**
   * Answers a refused request with 403 and no details. It bypasses the adapter, because exception filters and interceptors of
   * the application could turn an exception into any other answer.
   *
   * @returns the result of {@link canActivate}: a promise that never settles, which stops Nest here. Nothing references it, so
   * it is collected.
   */
  protected refuse(response: AdapterResponse, denial: AccessDenied): boolean | Promise<boolean> {
    this.access.log(denial);
    try {
      answerText(response, 403, FORBIDDEN);
    } catch {
      // An unknown adapter, or the application has started an answer.
      if (!isAnswered(response)) return false;
    }
    return new Promise<boolean>(() => {});
  }

  private decideSafely(request: IncomingMessage): AccessDecision {
    try {
      return this.decide(request);
    } catch (thrown) {
      return denied('unreadable', describeThrown(thrown).message);
    }
  }

  private conclude(decision: AccessDecision, response: AdapterResponse): boolean | Promise<boolean> {
    return decision.allowed || this.refuse(response, decision);
  }
}
