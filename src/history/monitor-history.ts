import type { FailureSink } from '../common/failure-log.js';
import { FailureLog } from '../common/failure-log.js';
import { inSlices } from '../common/slices.js';
import type { InstanceInfo } from '../metrics/collection/snapshot.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import type { HistoryDocument, HistoryQuery, Step } from './history-document.js';
import { STEP_TEXTS } from './history.messages.js';
import type { ResolvedHistoryOptions } from './history.options.js';
import { HistoryReader } from './history-reader.js';
import { HistorySampler } from './history.sampler.js';
import type { StoredStep } from './history-store.js';
import { HistoryStore, SHORT_TIER_SECONDS } from './history-store.js';
import { MemoryBudget } from './memory-budget.js';
import { SeriesRoom } from './series-room.js';
import { SteadyClock } from './steady-clock.js';
import { StepTimer } from './step-timer.js';
import type { TimeSource } from './time-source.js';
import { SYSTEM_TIME } from './time-source.js';

/** The reader of the history. Its window is never dropped, and no other reader uses it. */
const READER = 'history';

/** Rows of 1 s in a row of 10 s. */
const LONG_STEP = 10;

/** Rows between two selections of the series that are kept, where there is no room for all. */
const SELECTION_INTERVAL = 60;

/** Bytes of buckets for each series. A histogram of latencies from 1 ms to 10 s takes 4.3 kB. */
const BUCKET_BYTES = 5120;

/** Called after each step. */
export interface HistoryListener {
  /** The new steps: one of 1 s, and every ten seconds one of 10 s. */
  onSteps(steps: readonly StoredStep[]): void;
  /** Clients must read the history again. */
  onReset(reason: 'series' | 'clock'): void;
}

/** The recent past of all metrics, in memory of a fixed size. One timer reads them once a second, for all clients. */
export class MonitorHistory {
  readonly reader: HistoryReader;
  /** How many steps of each length are kept. */
  readonly kept: Readonly<Record<Step, number>>;
  private readonly store: HistoryStore;
  private readonly sampler: HistorySampler;
  private readonly clock: SteadyClock;
  private readonly timer: StepTimer;
  private readonly failures: FailureLog;
  private readonly listeners = new Set<HistoryListener>();
  private lastRead = 0;
  private lastLong = 0;
  private lastLongRow = 0;
  private nextSelection = 0;
  private hasBegun = false;
  private isStopped = false;

  constructor(
    private readonly source: MetricsSource,
    options: ResolvedHistoryOptions,
    sink: FailureSink,
    private readonly time: TimeSource = SYSTEM_TIME,
  ) {
    this.store = new HistoryStore(options);
    this.kept = { 1: SHORT_TIER_SECONDS, 10: options.minutes * 6 };
    const budget = new MemoryBudget(options.series * BUCKET_BYTES);
    this.sampler = new HistorySampler(this.store, new SeriesRoom(this.store, options.series, budget));
    this.clock = new SteadyClock(time);
    this.timer = new StepTimer(this.clock, Math.round(time.wall()) % (LONG_STEP * 1000), () =>
      this.readStep(),
    );
    this.failures = new FailureLog(STEP_TEXTS, sink);
    this.reader = new HistoryReader(this.store, {
      instance: () => this.instance(),
      dropped: () => this.sampler.dropped,
      wallTimeOf: (row) => this.clock.wallTimeOf(this.timer.endOf(row)),
      now: () => time.wall(),
    });
  }

  /** The number of the last step. */
  get sequence(): number {
    return this.store.sequence;
  }

  start(): void {
    if (this.isStopped || this.hasBegun) return;
    this.hasBegun = true;
    void this.begin().then(() => this.timer.start());
  }

  stop(): void {
    this.isStopped = true;
    this.timer.stop();
    this.listeners.clear();
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: HistoryListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** The history, created in time slices that do not block the event loop. */
  document(query?: HistoryQuery): Promise<HistoryDocument> {
    return inSlices(this.reader.document(query));
  }

  instance(): InstanceInfo {
    return this.source.latest().facts().instance;
  }

  /** @internal Reads all series for the first time. {@link start} does so, and then starts the timer. */
  begin(): Promise<void> {
    this.lastLongRow = this.longRowOf(this.timer.currentRow());
    return this.guarded(async () => {
      const view = await this.source.window(READER, { isKept: true, isQuick: true });
      this.lastRead = this.lastLong = this.time.monotonic();
      await inSlices(this.sampler.begin(view));
    });
  }

  /** @internal Reads a step, as the timer does at the end of each second. */
  async readStep(): Promise<void> {
    if (!this.isStopped) await this.guarded(() => this.step());
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failures.succeeded();
    } catch (thrown) {
      this.failures.failed(thrown);
    }
  }

  private async step(): Promise<void> {
    const wasSet = this.clock.synchronize();
    const current = this.timer.currentRow();
    if (current <= this.store.short.lastRow) return;
    const longRow = this.longRowOf(current);
    const isLong = longRow > this.lastLongRow;
    const view = await this.source.window(READER, { isKept: true, isQuick: !isLong });
    const now = this.time.monotonic();
    const seconds = Math.max(now - this.lastRead, 1) / 1000;
    this.lastRead = now;
    const hasRemoved = await inSlices(this.sampler.sample(view, seconds));
    if (this.isStopped) return;
    const steps = [this.store.write(this.store.short, current, seconds)];
    if (isLong) {
      const longSeconds = Math.max(now - this.lastLong, 1) / 1000;
      this.sampler.endLong(longSeconds);
      steps.push(this.store.write(this.store.long, longRow, longSeconds));
      this.lastLong = now;
      this.lastLongRow = longRow;
    }
    for (const listener of this.listeners) listener.onSteps(steps);
    if (wasSet) this.reset('clock');
    else if (hasRemoved) this.reset('series');
    if (isLong && current >= this.nextSelection && this.sampler.dropped > 0) {
      this.nextSelection = current + SELECTION_INTERVAL;
      if (this.sampler.select(view)) this.reset('series');
    }
  }

  private longRowOf(row: number): number {
    return Math.floor(row / LONG_STEP);
  }

  private reset(reason: 'series' | 'clock'): void {
    this.store.invalidate();
    for (const listener of this.listeners) listener.onReset(reason);
  }
}
