import type { JoinedGroup } from './joined-group.js';

/** The group of one application, for providers that are made before it is joined. It imports nothing. */
export class ProcessesHandle {
  /** `undefined` where this process answers for itself. */
  current: JoinedGroup | undefined;
}
