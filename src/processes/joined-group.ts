import type { Logger } from '@nestjs/common';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import { GroupDirectory } from './group/group-directory.js';
import { ProcessGroup } from './group/process-group.js';
import { GroupSource } from './group-source.js';
import { PEER_LEFT_OUT, PEER_WAS_KILLED } from './processes.messages.js';

/** Seconds that may be missing of a process that was killed. */
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
  static async join(path: string, local: MetricsSource, logger: Logger): Promise<JoinedGroup> {
    const listener = {
      onLeftOut: (member: { text: string }, reason: string) =>
        logger.warn(PEER_LEFT_OUT(member.text, reason)),
      onKilled: (member: { text: string }) => logger.warn(PEER_WAS_KILLED(member.text, LONGEST_LOSS)),
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
