import { realTimers } from '../common/real-timers.js';
import type { Finding } from '../findings/finding.js';
import type { ProcessGroup } from '../processes/group/process-group.js';
import type { MemberName } from '../processes/group/member-name.js';
import type { Followed } from './follow.js';
import { GroupSession } from './group-session.js';

/** Milliseconds after the last use until the histories of the other processes are no longer followed. */
const LINGER = 10_000;

/** The merged history of all processes of a group. It takes CPU and memory only while it is used. */
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

  /** Runs work that uses the history of the group, which is kept until the work is done. */
  async use<T>(work: (session: GroupSession) => Promise<T>): Promise<T> {
    const { session, release } = this.acquire();
    try {
      await session.ready;
      return await work(session);
    } finally {
      release();
    }
  }

  /** The history, to be released when it is no longer needed. Wait until it is {@link GroupSession.ready}. */
  acquire(): { session: GroupSession; release: () => void } {
    if (this.isStopped) throw new Error('The group has been left.');
    realTimers.clearTimeout(this.timer);
    const session = (this.session ??= new GroupSession(this.group, this.followed, this.onLeftOut));
    // A session that could not start is not used again.
    session.ready.catch(() => this.end(session));
    this.users++;
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      this.users--;
      if (this.users > 0 || this.isStopped) return;
      this.timer = realTimers.setTimeout(() => this.end(session), LINGER).unref();
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
