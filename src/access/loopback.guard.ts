import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { describeThrown } from '../common/show-value.js';
import { FORBIDDEN } from './access.messages.js';
import { MonitorAccess } from './monitor-access.js';
import type { AccessJudgement, AccessDenied } from './access-decision.js';
import { refused } from './access-decision.js';
import { rawRequest } from '../common/http/raw-request.js';
import type { AdapterResponse } from '../common/http/raw-response.js';
import { answerText, isAnswered } from '../common/http/raw-response.js';

/**
 * Lets a request in that comes from this machine, and whomever the options of the module let in beside it.
 *
 * Where it comes from is judged by the socket. A header can take access away, never give it, but for a valid token.
 * The guard of the monitor's own endpoint; a controller of the application may use it too.
 *
 * A subclass may judge otherwise ({@link judge}), or answer otherwise ({@link refuse}).
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
    // A message, or an event of a WebSocket: there is nothing to judge, and nobody to answer.
    if (request === undefined || context.getType() !== 'http') return false;
    const response = context.getArgByIndex<AdapterResponse>(1);
    const decision = this.access.decide(request, this.judgeSafely(request));
    if (decision instanceof Promise) return decision.then((judgement) => this.conclude(judgement, response));
    return this.conclude(decision, response);
  }

  /** What to make of a request, before the `requestFilter` of the options is asked. */
  protected judge(request: IncomingMessage): AccessJudgement {
    return this.access.judge(request);
  }

  /**
   * Answers a request that is refused with a 403 that says nothing. It does so past the adapter: an exception would
   * pass through the filters and the translations of the application, which may make anything of it, a 500 included.
   *
   * @returns what {@link canActivate} gives then. A promise that never settles ends the matter: nothing of the
   * application has a hold of the request any more, and nothing keeps what waits for it in memory.
   */
  protected refuse(response: AdapterResponse, refusal: AccessDenied): boolean | Promise<boolean> {
    this.access.log(refusal);
    try {
      answerText(response, 403, FORBIDDEN);
    } catch {
      // The adapter is of another make, or somebody else has begun to answer.
      if (!isAnswered(response)) return false;
    }
    return new Promise<boolean>(() => {});
  }

  private judgeSafely(request: IncomingMessage): AccessJudgement {
    try {
      return this.judge(request);
    } catch (thrown) {
      return refused('unreadable', describeThrown(thrown).message);
    }
  }

  private conclude(judgement: AccessJudgement, response: AdapterResponse): boolean | Promise<boolean> {
    return judgement.allowed || this.refuse(response, judgement);
  }
}
