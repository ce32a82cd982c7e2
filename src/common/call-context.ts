import { AsyncLocalStorage } from 'node:async_hooks';

/** Describes the outgoing calls that some code makes, also later in its asynchronous flow. */
export interface CallNote {
  /** The URL template of the calls, such as `/users/:id`. */
  readonly template?: string;
  /** Calls of the monitor itself, which are not measured. */
  readonly isOwn?: true;
}

/**
 * Carries a {@link CallNote} from the code that makes outgoing calls to where they are measured.
 *
 * An `AsyncLocalStorage` that has been entered makes every promise slower on Node 20 and 22, so it is disabled while nothing
 * uses it.
 */
export class CallContext {
  private readonly storage = new AsyncLocalStorage<CallNote>();
  private isEnabled = false;
  private hasNotes = false;
  private ownCalls = 0;

  /** The note of the running code. */
  get note(): CallNote | undefined {
    return this.storage.getStore();
  }

  /** Notes have an effect from here on. */
  enable(): void {
    this.isEnabled = true;
  }

  disable(): void {
    this.isEnabled = false;
    this.storage.disable();
  }

  /** Runs code whose outgoing calls have this note. */
  with<T>(note: CallNote, work: () => T): T {
    if (!this.isEnabled) return work();
    this.hasNotes = true;
    return this.storage.run(note, work);
  }

  /** Runs code of the monitor, whose outgoing calls are not measured. */
  async own<T>(work: () => T | PromiseLike<T>): Promise<T> {
    if (!this.isEnabled) return work();
    this.ownCalls++;
    try {
      return await this.storage.run({ isOwn: true }, work);
    } finally {
      if (--this.ownCalls === 0 && !this.hasNotes) this.storage.disable();
    }
  }
}
