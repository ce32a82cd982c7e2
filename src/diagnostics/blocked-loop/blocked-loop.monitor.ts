import { realClock } from '../../common/clock.js';
import type { InFlight, InFlightGroup } from '../../common/in-flight.js';
import type { EventLoopBlock } from '../../metrics/collection/event-loop-block.js';
import type { EventLoopBlocks } from '../../metrics/collection/event-loop-blocks.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { BLOCKED, SOURCE_MAPS_OFF, WATCHDOG_FAILED } from './blocked-loop.messages.js';
import type { ExplainedBlock } from './explain-block.js';
import { explainBlock } from './explain-block.js';
import type { RawBlock } from './raw-block.js';
import type { BlockTimes } from './shared-state.js';
import { monotonicMs } from './shared-state.js';
import { SharedWatchdog } from './shared-watchdog.js';
import type { WatchdogListener } from './watchdog.js';

/** Minimum milliseconds between two log lines for the same function. */
const LOG_INTERVAL = 60_000;

/** Maximum number of functions whose last log line is remembered. */
const MAX_LOGGED = 200;

/** Maximum number of ended blocks that wait for the worker's report. */
const MAX_WAITING = 16;

/** Reports the event loop blocks of one application: in the document, in metrics and in the log. */
export class BlockedLoopMonitor implements WatchdogListener {
  private readonly watchdog = new SharedWatchdog();
  private readonly inFlightDuring = new Map<number, InFlightGroup[]>();
  private readonly loggedAt = new Map<string, number>();

  /** @param threshold minimum duration of a block, in milliseconds. */
  constructor(
    private readonly threshold: number,
    private readonly blocks: EventLoopBlocks,
    private readonly inFlight: InFlight,
    private readonly registry: MetricsRegistry,
    private readonly warn: (text: string) => void,
  ) {}

  start(): Promise<void> {
    this.blocks.areExplained = true;
    return this.watchdog.watch(this, this.threshold);
  }

  stop(): Promise<void> {
    return this.watchdog.unwatch(this);
  }

  onBeat(): void {
    this.inFlight.forgetEnded(realClock());
  }

  /** By now, requests that arrived during the block are in flight. Those that ended during it are still remembered. */
  onBlockEnd({ begin, end }: BlockTimes): void {
    const offset = realClock() - monotonicMs();
    if (this.inFlightDuring.size >= MAX_WAITING) this.inFlightDuring.clear();
    this.inFlightDuring.set(end, this.inFlight.during(begin + offset, realClock()));
    // Requests that ended after this block are kept: another block may have followed it.
    this.inFlight.forgetEnded(end + offset);
  }

  onBlock(raw: RawBlock, gc: number): void {
    const inFlight = this.inFlightDuring.get(raw.end) ?? [];
    this.inFlightDuring.delete(raw.end);
    const explained = explainBlock(raw, gc, inFlight);
    this.blocks.add(explained.block);
    this.count(explained.block);
    this.log(explained);
  }

  onSourceMapsOff(): void {
    this.warn(SOURCE_MAPS_OFF);
  }

  onFailure(error: unknown): void {
    this.blocks.areExplained = false;
    // There are no heartbeats any more, by which requests that have ended are forgotten.
    this.inFlight.stop();
    this.warn(WATCHDOG_FAILED(error));
  }

  private count({ function: name, file, cause, duration }: EventLoopBlock): void {
    const labels = { function: name ?? `(${cause})`, file: file ?? '(unknown)' };
    this.registry.ownCounter('eventloop_blocks', labels).inc();
    this.registry.ownHistogram('eventloop_block_duration', labels).observe(duration);
  }

  private log(explained: ExplainedBlock): void {
    const { function: name, file, cause } = explained.block;
    const key = `${name ?? cause} ${file}`;
    const now = monotonicMs();
    if (now - (this.loggedAt.get(key) ?? -Infinity) < LOG_INTERVAL) return;
    if (this.loggedAt.size >= MAX_LOGGED) this.loggedAt.clear();
    this.loggedAt.set(key, now);
    this.warn(BLOCKED(explained));
  }
}
