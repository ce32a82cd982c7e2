import type { InFlightGroup } from '../../common/in-flight.js';
import type { BlockCause, BlockFrame, EventLoopBlock } from '../../metrics/collection/event-loop-block.js';
import { shortPath } from '../../common/short-path.js';
import type { Culprit } from './culprit.js';
import { findCulprit, MIN_STACKS } from './culprit.js';
import type { RawBlock, RawFrame } from './raw-block.js';
import { monotonicMs } from './shared-state.js';

/** A block, and what is said of it in the log only. */
export interface ExplainedBlock {
  readonly block: EventLoopBlock;
  /** A function that is not the application's, and that its function was in. */
  readonly inside: string | undefined;
}

/** @param gc milliseconds of the block that were garbage collection. */
export function explainBlock(raw: RawBlock, gc: number, inFlight: InFlightGroup[]): ExplainedBlock {
  const cause = causeOf(raw, gc);
  const culprit = cause === 'javascript' || cause === 'gc' ? findCulprit(raw) : undefined;
  const age = monotonicMs() - raw.begin;
  return {
    block: {
      time: new Date(Date.now() - age).toISOString(),
      duration: raw.duration / 1000,
      cause,
      ...namesOf(culprit),
      in_flight: inFlight,
    },
    inside: culprit?.inside?.function,
  };
}

function causeOf({ begin, end, duration, answered, unanswered, stacks }: RawBlock, gc: number): BlockCause {
  // By the clock, as the collections were measured, and not by what the thread got of the processor.
  if (gc >= (end - begin) / 2) return 'gc';
  if (unanswered >= duration / 2) return 'native';
  return answered >= duration / 2 && stacks.length >= MIN_STACKS ? 'javascript' : 'unknown';
}

type Names = Pick<EventLoopBlock, 'function' | 'file' | 'line' | 'confidence' | 'frames'>;

function namesOf(culprit: Culprit | undefined): Names {
  if (culprit === undefined) return { function: null, file: null, line: null, confidence: 0, frames: [] };
  const { function: name, file, line } = blockFrame(culprit.frame);
  return {
    function: name,
    file,
    line: line === 0 ? null : line,
    confidence: Math.round(culprit.confidence * 100) / 100,
    frames: culprit.frames.map(blockFrame),
  };
}

function blockFrame({ function: name, file, line, isAsync }: RawFrame): BlockFrame {
  return { function: isAsync ? `async ${name}` : name, file: file === null ? '' : shortPath(file), line };
}
