import { SafeLogger } from '../../common/safe-logger.js';
import type { CaptureStore } from '../captures/capture-store.js';
import { DiagnosticsOffError } from '../diagnostics-off.error.js';
import { NO_CAPTURES, REPEATED_PROFILE_FAILED, STOPPED } from '../diagnostics.messages.js';
import type { OperationLock } from '../operation-lock.js';
import type { ProfileTaker } from './profile-taker.js';
import type { RepeatedProfile } from './repeated-profile.js';

/** Takes profiles repeatedly, and stores them as captures. */
export class ProfileRepeater {
  private readonly logger = new SafeLogger('Monitor');
  private current: AbortController | undefined;

  constructor(
    private readonly taker: ProfileTaker,
    private readonly lock: OperationLock,
    private readonly store: CaptureStore | undefined,
  ) {}

  /** Starts. It continues until {@link stop} is called or the lock is closed. */
  async start(profile: RepeatedProfile, forWhom: string): Promise<void> {
    this.taker.check(profile.seconds);
    const { store } = this;
    if (store === undefined) throw new DiagnosticsOffError(NO_CAPTURES);
    const stop = new AbortController();
    const what = `a profile (${profile.kind}) of ${profile.seconds} s, repeated`;
    const running = this.lock.run(what, forWhom, stop.signal, (ended) => {
      this.current = stop;
      return this.takeRepeatedly(profile, store, ended);
    });
    // The lock rejects at once if another operation is in progress.
    await Promise.race([running, Promise.resolve()]);
    running
      .catch((thrown: unknown) => {
        if (!stop.signal.aborted && !this.lock.isClosing) {
          this.logger.warn(REPEATED_PROFILE_FAILED(profile.kind, thrown));
        }
      })
      .finally(() => {
        if (this.current === stop) this.current = undefined;
      });
  }

  /** @returns whether there was anything to stop. */
  stop(): boolean {
    const { current } = this;
    this.current = undefined;
    current?.abort(new Error(STOPPED));
    return current !== undefined;
  }

  private async takeRepeatedly(
    { kind, seconds, pause, format, table }: RepeatedProfile,
    store: CaptureStore,
    signal: AbortSignal,
  ): Promise<void> {
    const { waitFor } = await import('./wait-for.js');
    const { formatProfile } = await import('./profile-format.js');
    for (;;) {
      const profile = await this.taker.take(kind, seconds, signal);
      const { body, extension } = await formatProfile(profile, format, table);
      await store.save(kind, extension, body);
      await waitFor(pause, signal);
    }
  }
}
