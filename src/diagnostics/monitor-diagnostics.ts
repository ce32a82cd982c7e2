import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { badOption } from '../common/options/check-options.js';
import { realTimers } from '../common/real-timers.js';
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
import type { ReportThreads } from './report/report-threads.js';

/** More turns of the event loop than Node needs to accept a connection, read a request from it, and notice that it was closed. */
const TURNS = 10;

/** The default of `forWhom`. */
const CODE = 'the application itself';

/**
 * Diagnostics of the process beyond its metrics: profiles, Node's diagnostic report, heap snapshots. The endpoints of the
 * monitor use it, and your own code can use it too.
 *
 * Each call needs its part of the option `diagnostics`, and rejects with a `DiagnosticsOffError` without it. One operation runs
 * at a time: a second call rejects with an `OperationInProgressError`. All operations end when the application closes.
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
    private readonly reportThreads: ReportThreads | undefined,
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
   * A profile of where this thread spends its time, sampled once a millisecond: the content of a `.cpuprofile` file, which Chrome
   * DevTools and speedscope open. While it runs, a request to an empty handler costs a fifth more. Its start blocks the event
   * loop: see the metric `monitor_profile_start_seconds`. Code that was already running in a long loop at that time may be missing.
   *
   * @throws InspectorUnavailableError if Node does not allow to use its inspector, and so do the other profiles.
   */
  async cpuProfile(request: ProfileRequest = {}): Promise<CpuProfile> {
    return (await this.profile('cpu', request)).profile as CpuProfile;
  }

  /** What allocates memory, including memory freed meanwhile, sampled every 32 KiB: the content of a `.heapprofile` file. */
  async allocations(request: ProfileRequest = {}): Promise<AllocationProfile> {
    return (await this.profile('allocations', request)).profile as AllocationProfile;
  }

  /**
   * Node's diagnostic report, without the environment, the command line and whatever looks like a secret. Making it blocks the
   * event loop until each worker thread has written its part: some milliseconds, unless one is in native code, such as `execSync()`.
   * So they are asked before, from Node 22.16 on. Older versions cannot ask, and threads that were started before the monitor, or
   * by another thread, are not known.
   *
   * @param forWhom the client, named in the error of a concurrent call.
   * @throws ThreadBusyError if a worker thread does not answer within 200 ms.
   */
  async report(forWhom = CODE): Promise<DiagnosticReport> {
    this.checkOn('report');
    return this.lock.run('a report', forWhom, undefined, async () => {
      const { diagnosticReport } = await import('./report/diagnostic-report.js');
      await this.reportThreads?.whenResponsive();
      return diagnosticReport();
    });
  }

  /**
   * The text of a `.heapsnapshot` file, as a stream. The event loop is blocked while it is made: for a minute or more with 200 MB
   * of small objects. The snapshot stays in memory, and no other operation can start, until the stream has been read or
   * destroyed. If the application closes before that, the stream fails: `pipeline()` and `for await` reject.
   *
   * @param forWhom the client, named in the error of a concurrent call.
   * @param signal aborted when nobody wants it any more: it is not made then, or destroyed.
   * @throws HeapSnapshotRefusedError if there may not be enough memory for it. The message contains the calculation.
   */
  async heapSnapshot(forWhom = CODE, signal?: AbortSignal): Promise<Readable> {
    this.checkOn('heapSnapshot');
    return new Promise((resolve, reject) => {
      this.lock
        .run('a heap snapshot', forWhom, signal, async (ended) => {
          const { takeHeapSnapshot } = await import('./heap-snapshot/heap-snapshot.js');
          // Clients ask again and give up while a snapshot blocks the event loop. Node notices that some turns after the request.
          for (let turn = 0; turn < TURNS; turn++) await new Promise(realTimers.setImmediate);
          ended.throwIfAborted();
          const snapshot = takeHeapSnapshot();
          // A stream that was passed to pipe() would end the process when it fails.
          snapshot.on('error', () => {});
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
   * A profile that `formatProfile()` can convert to each format.
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
   * Takes profiles repeatedly and stores them as captures, until {@link stopRepeating} is called or the application closes.
   *
   * @throws MonitorOptionsError if the directory for captures cannot be used any more.
   */
  async repeat(profile: RepeatedProfile, forWhom = CODE): Promise<void> {
    this.checkOn('profiles');
    await this.prepare();
    return this.repeater.start(profile, forWhom);
  }

  /** @returns whether there was anything to stop. */
  stopRepeating(): boolean {
    return this.repeater.stop();
  }

  /** @internal @throws DiagnosticsOffError if a part is not switched on. */
  checkOn(part: 'profiles' | 'report' | 'heapSnapshot'): void {
    if (!this.options[part]) throw new DiagnosticsOffError(SWITCHED_OFF(part));
  }

  /** @throws MonitorOptionsError if the directory for captures cannot be used. */
  async prepare(): Promise<void> {
    try {
      await this.store?.prepare();
    } catch (thrown) {
      throw badOption('captures.directory', this.store?.directory, BAD_CAPTURES_DIRECTORY(thrown));
    }
  }

  /** @internal From now on, the worker threads are known. An application may be closed before that. */
  start(): void {
    if (!this.lock.isClosing) this.reportThreads?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.reportThreads?.stop();
    await this.lock.close();
  }
}
