import type { MetricsRegistry } from '../../metrics/registry.js';
import { DiagnosticsOffError } from '../diagnostics-off.error.js';
import { BAD_SECONDS, SWITCHED_OFF } from '../diagnostics.messages.js';
import { MAX_SECONDS } from './profile-request.js';
import type { Profile, ProfileKind } from './profiler.js';

/** Takes profiles. The profiler is loaded with the first one. */
export class ProfileTaker {
  constructor(
    private readonly isOn: boolean,
    private readonly registry: MetricsRegistry,
  ) {}

  /**
   * @throws DiagnosticsOffError if profiles are not switched on.
   * @throws RangeError if the length is not allowed.
   */
  check(seconds: number): void {
    if (!this.isOn) throw new DiagnosticsOffError(SWITCHED_OFF('profiles'));
    const isAllowed = typeof seconds === 'number' && seconds >= 0.1 && seconds <= MAX_SECONDS;
    if (!isAllowed) throw new RangeError(BAD_SECONDS(MAX_SECONDS));
  }

  async take(kind: ProfileKind, seconds: number, signal: AbortSignal): Promise<Profile> {
    const { Profiler } = await import('./profiler.js');
    const profiler = new Profiler((profile, stall) =>
      this.registry.ownHistogram('monitor_profile_start_seconds', { profile }).observe(stall),
    );
    return profiler.take(kind, seconds, signal);
  }
}
