import { realTimers } from '../common/real-timers.js';
import type { Finding } from '../findings/finding.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import type { MemberName } from '../processes/group/member-name.js';
import type { Followed } from './follow.js';
import { GroupSession } from './group-session.js';

/** Milliseconds after the last one who looked, until the histories of the others are no longer followed. */
const LINGER = 10_000;

/** The history of all processes of a group as one. It costs something only while somebody looks at it. */
export class GroupHistory {
  private session: GroupSession | undefined;
  private users = 0;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly group: ProcessGroup,
    private readonly followed: Followed,
    private readonly onLeftOut: (member: MemberName, reason: string) => void,
  ) {}

  /** Uses the history of the group. It is there as long as the work lasts. */
  async use<T>(work: (session: GroupSession) => Promise<T>): Promise<T> {
    const { session, release } = this.acquire();
    try {
      await session.ready;
      return await work(session);
    } finally {
      release();
    }
  }

  /** The history, to be released when nobody needs it any more. Wait until it is {@link GroupSession.ready}. */
  acquire(): { session: GroupSession; release: () => void } {
    if (this.isStopped) throw new Error('The group has been left.');
    realTimers.clearTimeout(this.timer);
    const session = (this.session ??= new GroupSession(this.group, this.followed, this.onLeftOut));
    // One that could not begin is not used again.
    session.ready.catch(() => this.end(session));
    this.users++;
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      this.users--;
      if (this.users === 0) this.timer = realTimers.setTimeout(() => this.end(session), LINGER).unref();
    };
    return { session, release };
  }

  findings(): Promise<Finding[]> {
    return this.use((session) => Promise.resolve(session.findings()));
  }

  stop(): void {
    this.isStopped = true;
    realTimers.clearTimeout(this.timer);
    if (this.session !== undefined) this.end(this.session);
  }

  private end(session: GroupSession): void {
    session.stop();
    if (this.session === session) this.session = undefined;
  }
}
