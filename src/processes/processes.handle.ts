import type { JoinedGroup } from './joined-group.js';

/** Called with the group that was joined. @returns a cleanup function, which is called before the group is left. */
export type OnJoined = (joined: JoinedGroup) => Promise<() => Promise<void>>;

/** The group of one application, for providers that are created before it is joined. It imports no code. */
export class ProcessesHandle {
  /** `undefined` if this process is in no group. */
  current: JoinedGroup | undefined;
  private readonly callbacks: OnJoined[] = [];
  private ends: (() => Promise<void>)[] = [];

  /** Registers a callback for when a group is joined. */
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
