import { Logger } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { REFUSED } from './access.messages.js';
import type { LocalityResolver } from '../common/http/locality.js';
import { AccessPolicy } from './access.policy.js';
import type { ResolvedAccessOptions } from './access.options.js';
import type { AccessJudgement, AccessDenied, RefusalReason } from './access-decision.js';
import { FilterCalls } from './request-filter.js';

/** Who gets in, in one application: by the built-in judgement, or by the filter of the options. */
export class MonitorAccess {
  private readonly logger = new Logger('MonitorAccess');
  private readonly builtIn: AccessPolicy;
  private readonly filter: FilterCalls | undefined;
  /** There is one line in the log for each, so that nobody can fill it by knocking. */
  private readonly logged = new Set<RefusalReason>();
  private readonly decided = new WeakSet<IncomingMessage>();

  constructor(options: ResolvedAccessOptions, localities: LocalityResolver) {
    this.builtIn = new AccessPolicy(options, localities);
    const { requestFilter } = options;
    this.filter = requestFilter === undefined ? undefined : new FilterCalls(requestFilter);
  }

  /** What the built-in judgement makes of a request. */
  judge(request: IncomingMessage): AccessJudgement {
    return this.builtIn.judge(request);
  }

  /** What becomes of that judgement by the filter of the options, if there is one. */
  decide(request: IncomingMessage, judgement: AccessJudgement): AccessJudgement | Promise<AccessJudgement> {
    this.decided.add(request);
    return this.filter === undefined ? judgement : this.filter.ask(request, judgement);
  }

  /** Whether {@link decide} was called for a request, which a guard of the application may have refused before that. */
  hasDecided(request: IncomingMessage): boolean {
    return this.decided.has(request);
  }

  log({ reason, detail }: AccessDenied): void {
    if (this.logged.has(reason)) return;
    this.logged.add(reason);
    this.logger.warn(REFUSED(reason, detail));
  }

  /** In the first of all hooks of a close, before the server waits for its requests. */
  onModuleDestroy(): void {
    this.filter?.stop();
  }
}
