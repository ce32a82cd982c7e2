/** Number of last blocks that are kept, in case the worker does not run between two of them. */
const RING = 16;

const INT32_WORDS = 4;
const [STOP, BEATS, BLOCKS] = [0, 1, 2];

const [LAST_BEAT, IDLE, LAST_WAIT, FIRST_BLOCK] = [0, 1, 2, 3];

/** When a turn of the event loop that took long began and ended, in milliseconds of {@link monotonicMs}. */
export interface BlockTimes {
  readonly begin: number;
  readonly end: number;
}

/**
 * What the watched thread and the watchdog's worker share. Messages do not do for it: while its event loop is blocked, the
 * watched thread sends none.
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

  /** How many heartbeats there were. It wraps around: only compare it for being the same. */
  get beats(): number {
    return Atomics.load(this.words, BEATS);
  }

  /** When the last heartbeat was. */
  get lastBeat(): number {
    return this.times[LAST_BEAT] ?? 0;
  }

  /** Milliseconds that the event loop had waited for events by then, in all its life. */
  get idle(): number {
    return this.times[IDLE] ?? 0;
  }

  /** When the worker last saw that the event loop waited for events. */
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

  /** Comes before the heartbeat that ends the block. */
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

  /** Ends the worker's {@link sleep}, and every later one at once. */
  stop(): void {
    Atomics.store(this.words, STOP, 1);
    Atomics.notify(this.words, STOP);
  }

  /** Sleeps until that many milliseconds are over, or the watchdog is stopped. Only for the worker. */
  sleep(ms: number): void {
    Atomics.wait(this.words, STOP, 0, ms);
  }
}

/** Milliseconds on the clock that all threads of the machine share; `performance.now()` starts anew in each thread. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
