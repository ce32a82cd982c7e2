import type { GroupHistory } from './group-history.js';

/** The history of the group of one application. It imports no code. */
export class GroupHistoryHandle {
  /** `undefined` if this process is in no group, and with `history: false`. */
  current: GroupHistory | undefined;
}
