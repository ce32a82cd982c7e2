import { renameSync } from 'node:fs';
import type { ProcessGroup } from '../../src/processes/group/process-group.js';

/** What a kill stops at once, wherever it is. */
interface Parts {
  readonly saved: { isFinal: boolean; readonly file: { close(): Promise<void> } };
  readonly server: { close(): Promise<void> };
  readonly schedule: { stop(): Promise<void> };
  isStopped: boolean;
}

/**
 * Ends a member as a kill ends its process: it saves nothing any more, and leaves its socket. Others see that it has ended if its name
 * has a pid that does not exist.
 */
export async function endAbruptly(group: ProcessGroup): Promise<void> {
  const parts = group as unknown as Parts;
  parts.isStopped = true;
  parts.saved.isFinal = true;
  group.leader.resign();
  await parts.schedule.stop();
  await parts.saved.file.close();
  const address = group.directory.addressOf(group.name);
  renameSync(address, `${address}.left`);
  await parts.server.close();
  renameSync(`${address}.left`, address);
  group.roster.close();
}
