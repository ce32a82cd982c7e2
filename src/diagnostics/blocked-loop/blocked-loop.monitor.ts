import { realClock } from '../../common/clock.js';
import type { InFlight, InFlightGroup } from '../../common/in-flight.js';
import type { EventLoopBlock } from '../../metrics/collection/event-loop-block.js';
import type { EventLoopBlocks } from '../../metrics/collection/event-loop-blocks.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { BLOCKED, WATCHDOG_FAILED } from './blocked-loop.messages.js';
import type { ExplainedBlock } from './explain-block.js';
import { explainBlock } from './explain-block.js';
import type { RawBlock } from './raw-block.js';
import type { BlockTimes } from './shared-state.js';
import { monotonicMs } from './shared-state.js';
import { SharedWatchdog } from './shared-watchdog.js';
import type { WatchdogListener } from './watchdog.js';

/** Milliseconds in which there is one line in the log for a function. */
const LOG_INTERVAL = 60_000;

/** The most functions that are remembered for that. */
const MAX_LOGGED = 200;

/** The most blocks that wait for their explanation. */
const MAX_WAITING = 16;

/** What one application makes of the blocks of its event loop: the list in the document, metrics, and lines in the log. */
export class BlockedLoopMonitor implements WatchdogListener {
  private readonly watchdog = new SharedWatchdog();
  private readonly inFlightDuring = new Map<number, InFlightGroup[]>();
  private readonly loggedAt = new Map<string, number>();

  /** @param threshold milliseconds from which on a block counts. */
  constructor(
    private readonly threshold: number,
    private readonly blocks: EventLoopBlocks,
    private readonly inFlight: InFlight,
    private readonly registry: MetricsRegistry,
    private readonly warn: (text: string) => void,
  ) {}

  start(): Promise<void> {
    return this.watchdog.watch(this, this.threshold);
  }

  stop(): Promise<void> {
    return this.watchdog.unwatch(this);
  }

  onBeat(): void {
    this.inFlight.forgetEnded(realClock());
  }

  /** What came in during the block is in flight by now, and what had been answered is still remembered. */
  onBlockEnd({ begin, end }: BlockTimes): void {
    const offset = realClock() - monotonicMs();
    if (this.inFlightDuring.size >= MAX_WAITING) this.inFlightDuring.clear();
    this.inFlightDuring.set(end, this.inFlight.during(begin + offset, realClock()));
    // Another block may have come in between, and what ended in it is still to be told.
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

  onFailure(error: unknown): void {
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
