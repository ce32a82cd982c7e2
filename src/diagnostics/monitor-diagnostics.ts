import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { badOption } from '../common/options/check-options.js';
import type { MetricsRegistry } from '../metrics/registry.js';
import { CaptureStore } from './captures/capture-store.js';
import type { ResolvedCapturesOptions } from './captures/captures.options.js';
import { DiagnosticsOffError } from './diagnostics-off.error.js';
import { BAD_CAPTURES_DIRECTORY, SWITCHED_OFF } from './diagnostics.messages.js';
import type { ResolvedDiagnosticsOptions } from './diagnostics.options.js';
import { OperationLock } from './operation-lock.js';
import type { AllocationProfile } from './profiles/allocation-profile.js';
import type { CpuProfile } from './profiles/cpu-profile.js';
import { ProfileRepeater } from './profiles/profile-repeater.js';
import type { ProfileRequest } from './profiles/profile-request.js';
import { DEFAULT_SECONDS } from './profiles/profile-request.js';
import { ProfileTaker } from './profiles/profile-taker.js';
import type { Profile, ProfileKind } from './profiles/profiler.js';
import type { RepeatedProfile } from './profiles/repeated-profile.js';
import type { DiagnosticReport } from './report/diagnostic-report.js';

/** The default of `forWhom`. */
const CODE = 'the application itself';

/**
 * Finds out about the process what its metrics do not tell: profiles, Node's diagnostic report, a heap snapshot. The
 * endpoints of the monitor are made of it, and so can your own code be.
 *
 * Each call needs its part of the option `diagnostics`, and rejects with a `DiagnosticsOffError` without. One thing is done
 * at a time; a second call rejects with an `OperationInProgressError`. All end when the application closes.
 *
 * @example
 * const profile = await this.diagnostics.cpuProfile({ seconds: 5 });
 * await writeFile('slow.cpuprofile', JSON.stringify(profile));
 */
export class MonitorDiagnostics implements BeforeApplicationShutdown {
  private readonly lock = new OperationLock();
  private readonly store: CaptureStore | undefined;
  private readonly profiles: ProfileTaker;
  private readonly repeater: ProfileRepeater;

  constructor(
    private readonly options: ResolvedDiagnosticsOptions,
    captures: ResolvedCapturesOptions | undefined,
    registry: MetricsRegistry,
  ) {
    this.store = captures && new CaptureStore(captures.directory, captures.maxBytes, captures.maxAge);
    this.profiles = new ProfileTaker(options.profiles, registry);
    this.repeater = new ProfileRepeater(this.profiles, this.lock, this.store);
  }

  /** The captures that are kept; `undefined` without the option `captures`. */
  get captures(): CaptureStore | undefined {
    return this.store;
  }

  /**
   * Where the time of the event loop goes, sampled once a millisecond, as Chrome DevTools and speedscope read it from a file
   * `.cpuprofile`. A request to an empty handler is a fifth dearer while it runs, and it holds up the event loop when it
   * starts: see the metric `monitor_profile_start_seconds`. Code that was already running in a long loop when it started may be missing.
   */
  async cpuProfile(request: ProfileRequest = {}): Promise<CpuProfile> {
    return (await this.profile('cpu', request)).profile as CpuProfile;
  }

  /** What allocates memory, sampled every 32 KiB, what was freed meanwhile included; of a file `.heapprofile`. */
  async allocations(request: ProfileRequest = {}): Promise<AllocationProfile> {
    return (await this.profile('allocations', request)).profile as AllocationProfile;
  }

  /**
   * Node's diagnostic report, without the environment, the command line and whatever looks like a secret. Making it holds up
   * the event loop for some 10 ms.
   *
   * @param forWhom the client, named in the error of a concurrent call.
   */
  async report(forWhom = CODE): Promise<DiagnosticReport> {
    if (!this.options.report) throw new DiagnosticsOffError(SWITCHED_OFF('report'));
    return this.lock.run('a report', forWhom, undefined, async () => {
      const { diagnosticReport } = await import('./report/diagnostic-report.js');
      return diagnosticReport();
    });
  }

  /**
   * The text of a file `.heapsnapshot`, as a stream. The event loop stands still while it is made, for a minute and more with
   * 200 MB of small objects. The snapshot stays in memory, and nothing else is done, until the stream has been read or
   * destroyed.
   *
   * @param forWhom the client, named in the error of a concurrent call.
   * @throws HeapSnapshotRefusedError where the memory might not do for it, with the arithmetic.
   */
  async heapSnapshot(forWhom = CODE): Promise<Readable> {
    if (!this.options.heapSnapshot) throw new DiagnosticsOffError(SWITCHED_OFF('heapSnapshot'));
    return new Promise((resolve, reject) => {
      this.lock
        .run('a heap snapshot', forWhom, undefined, async (ended) => {
          const { takeHeapSnapshot } = await import('./heap-snapshot/heap-snapshot.js');
          ended.throwIfAborted();
          const snapshot = takeHeapSnapshot();
          const end = (): void => void snapshot.destroy(ended.reason as Error);
          ended.addEventListener('abort', end, { once: true });
          resolve(snapshot);
          await new Promise((over) => snapshot.once('close', over));
          ended.removeEventListener('abort', end);
        })
        .catch(reject);
    });
  }

  /**
   * A profile in all forms that `formatProfile()` can make of it.
   *
   * @param forWhom the client, named in the error of a concurrent call.
   */
  async profile(
    kind: ProfileKind,
    { seconds = DEFAULT_SECONDS[kind], signal }: ProfileRequest = {},
    forWhom = CODE,
  ): Promise<Profile> {
    this.profiles.check(seconds);
    return this.lock.run(`a profile (${kind}) of ${seconds} s`, forWhom, signal, (ended) =>
      this.profiles.take(kind, seconds, ended),
    );
  }

  /**
   * Takes profiles again and again and keeps them with the captures, until {@link stopRepeating} or until the application
   * closes.
   */
  repeat(profile: RepeatedProfile, forWhom = CODE): Promise<void> {
    return this.repeater.start(profile, forWhom);
  }

  /** @returns whether there was anything to stop. */
  stopRepeating(): boolean {
    return this.repeater.stop();
  }

  /** @throws MonitorOptionsError if captures cannot be kept where the options say. */
  async prepare(): Promise<void> {
    try {
      await this.store?.prepare();
    } catch (thrown) {
      throw badOption('captures.directory', this.store?.directory, BAD_CAPTURES_DIRECTORY(thrown));
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.lock.close();
  }
}
