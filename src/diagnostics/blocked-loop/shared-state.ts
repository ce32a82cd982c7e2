/** Number of recent blocks that are kept, in case the worker does not run between two of them. */
const RING = 16;

const INT32_WORDS = 4;
const [STOP, BEATS, BLOCKS, CONNECTED] = [0, 1, 2, 3];

const [LAST_BEAT, IDLE, LAST_WAIT, FIRST_BLOCK] = [0, 1, 2, 3];

/** The begin and the end of a long turn of the event loop, in milliseconds of {@link monotonicMs}. */
export interface BlockTimes {
  readonly begin: number;
  readonly end: number;
}

/**
 * The memory that the watched thread and the watchdog's worker share. Messages would not work: the watched thread sends none
 * while its event loop is blocked.
 */
export class SharedState {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly times: Float64Array;

  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(INT32_WORDS * 4 + (FIRST_BLOCK + RING * 2) * 8);
    this.words = new Int32Array(this.buffer, 0, INT32_WORDS);
    this.times = new Float64Array(this.buffer, INT32_WORDS * 4);
  }

  /** The number of heartbeats. It wraps around, so compare it only for equality. */
  get beats(): number {
    return Atomics.load(this.words, BEATS);
  }

  /** The time of the last heartbeat. */
  get lastBeat(): number {
    return this.times[LAST_BEAT] ?? 0;
  }

  /** Total milliseconds that the event loop had waited for events at the last heartbeat. */
  get idle(): number {
    return this.times[IDLE] ?? 0;
  }

  /** The time when the worker last saw the event loop waiting for events. */
  get lastWait(): number {
    return this.times[LAST_WAIT] ?? 0;
  }

  set lastWait(time: number) {
    this.times[LAST_WAIT] = time;
  }

  get blocks(): number {
    return Atomics.load(this.words, BLOCKS);
  }

  get isStopped(): boolean {
    return Atomics.load(this.words, STOP) === 1;
  }

  beat(now: number, idle: number): void {
    this.times[LAST_BEAT] = now;
    this.times[IDLE] = idle;
    Atomics.add(this.words, BEATS, 1);
  }

  /** Must be called before {@link beat} for the heartbeat that ends the block. */
  addBlock({ begin, end }: BlockTimes): void {
    const at = FIRST_BLOCK + (this.blocks % RING) * 2;
    this.times[at] = begin;
    this.times[at + 1] = end;
    Atomics.add(this.words, BLOCKS, 1);
  }

  /** The blocks after the first `seen` that are still kept. */
  blocksSince(seen: number): BlockTimes[] {
    const found: BlockTimes[] = [];
    for (let block = Math.max(seen, this.blocks - RING); block < this.blocks; block++) {
      const at = FIRST_BLOCK + (block % RING) * 2;
      found.push({ begin: this.times[at] ?? 0, end: this.times[at + 1] ?? 0 });
    }
    return found;
  }

  /** Wakes the worker from {@link sleep}, which returns at once from then on. */
  stop(): void {
    Atomics.store(this.words, STOP, 1);
    Atomics.notify(this.words, STOP);
  }

  /** Whether the worker has a session of the inspector. */
  set isConnected(isConnected: boolean) {
    Atomics.store(this.words, CONNECTED, isConnected ? 1 : 0);
    Atomics.notify(this.words, CONNECTED);
  }

  /** Blocks the watched thread until the worker has no session of the inspector, or for that many milliseconds. */
  waitForDisconnect(ms: number): void {
    Atomics.wait(this.words, CONNECTED, 1, ms);
  }

  /** Sleeps for that many milliseconds, or until the watchdog is stopped. Only for the worker. */
  sleep(ms: number): void {
    Atomics.wait(this.words, STOP, 0, ms);
  }
}

/** Milliseconds on the clock that all threads of the machine share. `performance.now()` starts at 0 in each thread. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
