import type { GroupHistory } from './group-history.js';

/** The history of the group of one application. It imports nothing. */
export class GroupHistoryHandle {
  /** `undefined` where this process answers for itself, and with `history: false`. */
  current: GroupHistory | undefined;
}
