import type { JoinedGroup } from './joined-group.js';

/** Called with the group that was joined. @returns ends what it has begun, before the group is left. */
export type OnJoined = (joined: JoinedGroup) => Promise<() => Promise<void>>;

/** The group of one application, for providers that are made before it is joined. It imports nothing. */
export class ProcessesHandle {
  /** `undefined` where this process answers for itself. */
  current: JoinedGroup | undefined;
  private readonly callbacks: OnJoined[] = [];
  private ends: (() => Promise<void>)[] = [];

  /** Calls back when a group is joined, for what is needed only then. */
  whenJoined(callback: OnJoined): void {
    this.callbacks.push(callback);
  }

  async join(joined: JoinedGroup): Promise<void> {
    this.current = joined;
    for (const callback of this.callbacks) this.ends.push(await callback(joined));
  }

  async leave(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    for (const end of this.ends.splice(0)) await end();
    await current?.leave();
  }
}
