/** Where the code of a frame comes from. `builtin` is a function of V8 itself, such as `JSON.stringify`. */
export type FrameOrigin = 'application' | 'dependency' | 'node' | 'builtin';

/** One frame of a stack, with its position in the original source if a source map was found. */
export interface RawFrame {
  /** Such as `ReportsService.build`; `anonymous` for a function without a name. */
  readonly function: string;
  /** An absolute path, or a URL; `null` for builtins and for code from `eval` and `new Function`. */
  readonly file: string | null;
  /** The line that was executing, from 1; 0 where it is not known. */
  readonly line: number;
  readonly origin: FrameOrigin;
  /** The same for all frames of one function, whichever line it is at. */
  readonly id: string;
  /** Whether it is not on the stack itself, but awaits a function that is. */
  readonly isAsync: boolean;
}

/** A stack that was read during a block. */
export interface RawStack {
  /** Indices of the frames of the block, innermost first. */
  readonly frames: readonly number[];
  /**
   * Whether it was read at the entry of a function. That function is left out of {@link frames}: the time was spent before, in
   * its caller or in another function that the caller had called.
   */
  readonly isAtEntry: boolean;
}

/** A block of the event loop as the worker saw it. */
export interface RawBlock {
  /** In milliseconds of `monotonicMs()`. */
  readonly begin: number;
  readonly end: number;
  /** Milliseconds that the thread was busy: less than from begin to end if it did not get the CPU all the time. */
  readonly duration: number;
  /** The part of {@link duration} in which V8 answered in time. */
  readonly answered: number;
  /** The part in which it did not. The rest was before the first stack was requested. */
  readonly unanswered: number;
  /** Whether the thread used nearly no CPU: it waited in a system call, or a debugger had paused it. */
  readonly isAsleep: boolean;
  /** All frames that are in a stack. */
  readonly frames: readonly RawFrame[];
  /** The valid stacks, at equal distances in time. */
  readonly stacks: readonly RawStack[];
}

/** The `workerData` of the worker. */
export interface WatchdogSettings {
  readonly buffer: SharedArrayBuffer;
  /** Milliseconds between two checks of the event loop. */
  readonly pollInterval: number;
  /** Minimum duration of a reported block, in milliseconds. */
  readonly threshold: number;
  /** The thread to watch; 0 for the main thread. */
  readonly threadId: number;
  /** The directory in /proc of the thread to watch; `undefined` if there is none. */
  readonly task: string | undefined;
  /** Whether positions are mapped to the original source. */
  readonly readsSourceMaps: boolean;
}

/** A message from the worker: a block, or `null` to make the event loop turn once. */
export type WatchdogMessage = RawBlock | null;
