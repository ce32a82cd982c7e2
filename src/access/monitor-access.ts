import type { OnModuleDestroy } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { SafeLogger } from '../common/safe-logger.js';
import { REFUSED } from './access.messages.js';
import type { LocalityResolver } from '../common/http/locality.js';
import { AccessPolicy } from './access.policy.js';
import type { ResolvedAccessOptions } from './access.options.js';
import type { AccessDecision, AccessDenied, AccessDeniedReason } from './access-decision.js';
import { FilterCalls } from './request-filter.js';

/**
 * Decides who may read the endpoint of one application: by the built-in rules, then by the `requestFilter` of the options.
 * A guard of your own can inject it.
 */
export class MonitorAccess implements OnModuleDestroy {
  private readonly logger = new SafeLogger('MonitorAccess');
  private readonly policy: AccessPolicy;
  private readonly filter: FilterCalls | undefined;
  /** One line in the log for each reason, so that clients cannot fill the log. */
  private readonly logged = new Set<AccessDeniedReason>();
  private readonly decided = new WeakSet<IncomingMessage>();

  constructor(options: ResolvedAccessOptions, localities: LocalityResolver) {
    this.policy = new AccessPolicy(options, localities);
    const { requestFilter } = options;
    this.filter = requestFilter === undefined ? undefined : new FilterCalls(requestFilter);
  }

  /** The decision of the built-in rules. */
  decide(request: IncomingMessage): AccessDecision {
    return this.policy.decide(request);
  }

  /**
   * The final decision: that of the `requestFilter`, if there is one.
   *
   * @param decision of the rules. @returns a promise where the filter is asynchronous. It never rejects.
   */
  applyFilter(request: IncomingMessage, decision: AccessDecision): AccessDecision | Promise<AccessDecision> {
    this.decided.add(request);
    return this.filter === undefined ? decision : this.filter.ask(request, decision);
  }

  /** @internal Whether {@link applyFilter} was called for a request, which a guard of the application may have refused before that. */
  isDecided(request: IncomingMessage): boolean {
    return this.decided.has(request);
  }

  /** Logs that a request was refused, once for each reason. */
  log({ reason, detail }: AccessDenied): void {
    if (this.logged.has(reason)) return;
    this.logged.add(reason);
    this.logger.warn(REFUSED(reason, detail));
  }

  /** The first hook of a shutdown: a pending filter must not delay the close of the server. */
  onModuleDestroy(): void {
    this.filter?.stop();
  }
}
