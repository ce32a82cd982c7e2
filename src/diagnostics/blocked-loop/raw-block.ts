/** Where the code of a frame is from. `builtin` is a function of V8's own, such as `JSON.stringify`. */
export type FrameOrigin = 'application' | 'dependency' | 'node' | 'builtin';

/** One frame of a stack, with its position in the source as far as a source map was found. */
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
  /** Whether it is not on the stack, but awaits what is. */
  readonly isAsync: boolean;
}

/** A stack that was read during a block. */
export interface RawStack {
  /** Indices of the frames of the block, innermost first. */
  readonly frames: readonly number[];
  /**
   * Whether it was read where a function had just been entered, which is left out: what took the time was before it, in its
   * caller or in another function that the caller had called.
   */
  readonly isAtEntry: boolean;
}

/** A block of the event loop as the worker saw it. */
export interface RawBlock {
  /** In milliseconds of `monotonicMs()`. */
  readonly begin: number;
  readonly end: number;
  /** Milliseconds that the thread was kept busy: less than from begin to end if it did not get the processor. */
  readonly duration: number;
  /** Milliseconds of these in which V8 answered in time. */
  readonly answered: number;
  /** Milliseconds of these in which it did not. The rest was before the first stack was requested. */
  readonly unanswered: number;
  /** Whether the thread used next to no CPU: it waited in a system call, or a debugger held it. */
  readonly isAsleep: boolean;
  /** All frames that are in a stack. */
  readonly frames: readonly RawFrame[];
  /** The valid stacks, at equal distances in time. */
  readonly stacks: readonly RawStack[];
}

/** What the worker is started with. */
export interface WatchdogSettings {
  readonly buffer: SharedArrayBuffer;
  /** Milliseconds from one look at the event loop to the next. */
  readonly pollInterval: number;
  /** Milliseconds from which on a block is reported. */
  readonly threshold: number;
  /** The thread to watch; 0 for the main thread. */
  readonly threadId: number;
  /** The directory in which the kernel tells of the thread to watch; `undefined` where there is none. */
  readonly task: string | undefined;
}

/** What the worker sends: a block, or `null` to have the event loop turn once. */
export type WatchdogMessage = RawBlock | null;
