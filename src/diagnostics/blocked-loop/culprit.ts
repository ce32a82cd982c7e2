import type { FrameOrigin, RawBlock, RawFrame } from './raw-block.js';

/** With fewer stacks, one that was read at a bad moment would decide. */
export const MIN_STACKS = 3;

/** The culprit is on at least this share of the stacks. */
const MIN_SHARE = 0.6;

/** It was also running for at least this share of the block, including the time without a stack. */
const MIN_CONFIDENCE = 0.5;

/** The culprit is uncertain if a function called by it is on this share of the stacks. */
const DOUBTFUL_SHARE = 0.25;

/**
 * A thread is short of CPU if a block lasted this many times as long as the CPU time that the thread got. V8 then finds fewer places to
 * interrupt it, because its compiler threads are short of CPU too: one stack is enough to make the culprit uncertain.
 */
const STARVED = 3;

const MAX_FRAMES = 10;

/** The function that blocked the event loop. */
export interface Culprit {
  readonly frame: RawFrame;
  /** The innermost function on most of the stacks, if it belongs to a library, Node or JavaScript. */
  readonly inside: RawFrame | undefined;
  /** The share of the block in which it was seen running, from 0 to 1. */
  readonly confidence: number;
  /** Up to ten frames of a stack that contains it, innermost first. */
  readonly frames: readonly RawFrame[];
}

/** A stack with its frames. */
interface Stack {
  readonly frames: readonly RawFrame[];
  readonly isAtEntry: boolean;
}

type FrameTest = (frame: RawFrame) => boolean;

const isApplication: FrameTest = ({ origin }) => origin === 'application';

/**
 * Where to look for the culprit, in this order: application functions on the stack, application functions that await the stack,
 * library functions on the stack. A function of Node is never the culprit.
 */
const TIERS: readonly FrameTest[] = [
  (frame) => isApplication(frame) && !frame.isAsync,
  isApplication,
  ({ origin, isAsync }) => origin === 'dependency' && !isAsync,
];

/**
 * Finds the innermost function of the application that is on most of the stacks, or else the innermost one of a library.
 *
 * @returns `undefined` if the culprit is uncertain.
 */
export function findCulprit(block: RawBlock): Culprit | undefined {
  if (block.stacks.length < MIN_STACKS) return undefined;
  const stacks = block.stacks.map(({ frames, isAtEntry }) => ({
    frames: frames.flatMap((index) => block.frames[index] ?? []),
    isAtEntry,
  }));
  let blamed: Presence | undefined;
  for (const tier of TIERS) blamed ??= innermost(presencesOf(stacks, tier), stacks);
  if (blamed === undefined) return undefined;
  const { id, depths } = blamed;
  const confidence = ((depths.size / stacks.length) * block.answered) / block.duration;
  const isStarved = block.end - block.begin >= STARVED * block.duration;
  if (confidence < MIN_CONFIDENCE || isDoubtful(blamed, stacks, isStarved ? 0 : DOUBTFUL_SHARE))
    return undefined;
  const frames = typicalStack(stacks, id)?.frames ?? [];
  const at = frames.findIndex((candidate) => candidate.id === id);
  const [top, frame] = [frames[0], frames[at]];
  if (top === undefined || frame === undefined) return undefined;
  return {
    frame,
    inside: functionInside(stacks, top),
    confidence: Math.min(1, confidence),
    // If the culprit is too deep for the limit, frames between it and the innermost ones are left out.
    frames:
      at < MAX_FRAMES ? frames.slice(0, MAX_FRAMES) : [...frames.slice(0, 7), ...frames.slice(at, at + 3)],
  };
}

/** A function, and its depth in each stack that contains it: 0 is the innermost frame. */
interface Presence {
  readonly id: string;
  readonly depths: ReadonlyMap<Stack, number>;
}

function presencesOf(stacks: readonly Stack[], isEligible: FrameTest): Presence[] {
  const found = new Map<string, Map<Stack, number>>();
  for (const stack of stacks) {
    stack.frames.forEach((frame, depth) => {
      if (!isEligible(frame)) return;
      const depths = found.get(frame.id) ?? new Map<Stack, number>();
      found.set(frame.id, depths);
      // For a recursive function, its innermost frame counts.
      if (!depths.has(stack)) depths.set(stack, depth);
    });
  }
  return [...found].map(([id, depths]) => ({ id, depths }));
}

function innermost(presences: readonly Presence[], stacks: readonly Stack[]): Presence | undefined {
  const eligible = presences.filter(({ depths }) => depths.size >= MIN_SHARE * stacks.length);
  return eligible.find((one) => eligible.every((other) => other === one || isInside(one, other)));
}

function isInside(inner: Presence, outer: Presence): boolean {
  let balance = 0;
  for (const [stack, depth] of inner.depths) {
    const other = outer.depths.get(stack);
    if (other !== undefined) balance += depth < other ? 1 : -1;
  }
  return balance > 0;
}

/**
 * Whether a function that the culprit called may be the real culprit. V8 can optimize a function until it has no place left to
 * interrupt it. It is then interrupted at the entry of the next function, where the stack shows only its caller. So the stacks
 * that were not read at an entry decide.
 *
 * @param share minimum share of all stacks that contain the called function.
 */
function isDoubtful(blamed: Presence, stacks: readonly Stack[], share: number): boolean {
  const clear = [...blamed.depths.keys()].filter(({ isAtEntry }) => !isAtEntry);
  return presencesOf(clear, (frame) => isApplication(frame) && !frame.isAsync).some(
    (other) =>
      other.id !== blamed.id &&
      isInside(other, blamed) &&
      other.depths.size >= share * stacks.length &&
      other.depths.size >= MIN_SHARE * clear.length,
  );
}

/** A stack in which the function is at its most frequent line. */
function typicalStack(stacks: readonly Stack[], id: string): Stack | undefined {
  const byLine = new Map<number, Stack[]>();
  for (const stack of stacks) {
    const frame = stack.frames.find((candidate) => candidate.id === id);
    if (frame !== undefined) byLine.set(frame.line, [...(byLine.get(frame.line) ?? []), stack]);
  }
  const [mostOften] = [...byLine.values()].sort((a, b) => b.length - a.length);
  return mostOften?.[0];
}

const LIBRARY: ReadonlySet<FrameOrigin> = new Set(['dependency', 'node', 'builtin']);

function functionInside(stacks: readonly Stack[], frame: RawFrame): RawFrame | undefined {
  const same = stacks.filter(({ frames: [top] }) => top?.id === frame.id && top.function === frame.function);
  const isNamed = LIBRARY.has(frame.origin) && frame.function !== 'anonymous';
  return isNamed && same.length >= MIN_SHARE * stacks.length ? frame : undefined;
}
