import type { SafeLogger } from '../common/safe-logger.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import { GroupDirectory } from './group/group-directory.js';
import type { MemberName } from './group/member-name.js';
import { ProcessGroup } from './group/process-group.js';
import { GroupSource } from './group-source.js';
import { PEER_LEFT_OUT, PEER_WAS_KILLED } from './processes.messages.js';

/** The last seconds of a killed process whose counts may be missing. */
const LONGEST_LOSS = 5;

/** A group that this process has joined. */
export class JoinedGroup {
  readonly source: GroupSource;

  private constructor(
    readonly group: ProcessGroup,
    local: MetricsSource,
  ) {
    this.source = new GroupSource(local, group);
  }

  /** @throws if the directory cannot be used. */
  static async join(path: string, local: MetricsSource, logger: SafeLogger): Promise<JoinedGroup> {
    const listener = {
      onLeftOut: (member: MemberName, reason: string) => logger.warn(PEER_LEFT_OUT(member, reason)),
      onKilled: (member: MemberName) => logger.warn(PEER_WAS_KILLED(member, LONGEST_LOSS)),
    };
    const sink = {
      failure: (text: string) => logger.warn(text),
      recovery: (text: string) => logger.log(text),
    };
    const group = new ProcessGroup(local, new GroupDirectory(path), listener, sink);
    await group.join();
    return new JoinedGroup(group, local);
  }

  leave(): Promise<void> {
    return this.group.leave();
  }
}
