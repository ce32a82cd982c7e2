import { realClock } from '../../common/clock.js';
import type { AllocationProfile } from './allocation-profile.js';
import { ALLOCATION_SAMPLING_INTERVAL, allocationTree } from './allocation-profile.js';
import type { CpuProfile } from './cpu-profile.js';
import { CPU_SAMPLING_INTERVAL, cpuProfileTree } from './cpu-profile.js';
import { withInspector } from './inspector-session.js';
import type { ProfileTree } from './profile-tree.js';
import { waitFor } from './wait-for.js';

export type ProfileKind = 'cpu' | 'allocations';

/** A profile of one kind, in V8's own format and as a tree. */
export type Profile =
  | { readonly kind: 'cpu'; readonly profile: CpuProfile; readonly tree: ProfileTree }
  | { readonly kind: 'allocations'; readonly profile: AllocationProfile; readonly tree: ProfileTree };

/**
 * Takes profiles of this thread with V8's sampling profilers.
 *
 * Each blocks the event loop when it starts: for some milliseconds, or up to 350 if very much code is loaded.
 */
export class Profiler {
  /** @param onStart is called with the seconds for which the start blocked the event loop. */
  constructor(private readonly onStart: (kind: ProfileKind, seconds: number) => void) {}

  /**
   * @param seconds the length of the profile.
   * @param signal ends it early. The promise then rejects with the reason of the signal.
   */
  take(kind: ProfileKind, seconds: number, signal: AbortSignal): Promise<Profile> {
    return kind === 'cpu' ? this.cpu(seconds, signal) : this.allocations(seconds, signal);
  }

  private cpu(seconds: number, signal: AbortSignal): Promise<Profile> {
    return withInspector(async (session) => {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: CPU_SAMPLING_INTERVAL });
      const startTime = Date.now();
      await this.start('cpu', () => session.post('Profiler.start'));
      await waitFor(seconds, signal);
      const { profile } = await session.post<{ profile: CpuProfile }>('Profiler.stop');
      return { kind: 'cpu', profile, tree: cpuProfileTree(profile, startTime) };
    });
  }

  private allocations(seconds: number, signal: AbortSignal): Promise<Profile> {
    return withInspector(async (session) => {
      const startTime = Date.now();
      const start = realClock();
      await this.start('allocations', () =>
        session.post('HeapProfiler.startSampling', {
          samplingInterval: ALLOCATION_SAMPLING_INTERVAL,
          // Memory that was freed meanwhile was allocated too.
          includeObjectsCollectedByMajorGC: true,
          includeObjectsCollectedByMinorGC: true,
        }),
      );
      await waitFor(seconds, signal);
      const { profile } = await session.post<{ profile: AllocationProfile }>('HeapProfiler.stopSampling');
      return {
        kind: 'allocations',
        profile,
        tree: allocationTree(profile, startTime, realClock() - start),
      };
    });
  }

  private async start(kind: ProfileKind, start: () => Promise<void>): Promise<void> {
    const begin = realClock();
    const started = start();
    // On its own thread, the inspector has finished its work when post() returns.
    this.onStart(kind, (realClock() - begin) / 1000);
    await started;
  }
}
