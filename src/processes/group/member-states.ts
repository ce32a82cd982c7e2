import type { ProcessState } from '../../metrics/collection/snapshot.js';
import { withHosts } from '../../metrics/source/process-hosts.js';
import type { Member } from './member.js';
import type { MemberName } from './member-name.js';

/** The state of this member of a group, which is first, and of the others. */
export function memberStates(
  { pid, thread }: MemberName,
  hostname: string | null,
  others: readonly Member[],
): ProcessState[] {
  return withHosts<ProcessState>([
    [{ pid, thread, state: 'ok', age: 0 }, hostname],
    ...others.map(
      ({ name, state, age, hostname: host }) =>
        [{ pid: name.pid, thread: name.thread, state, age }, host] as const,
    ),
  ]);
}
