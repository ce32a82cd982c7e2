import type { InFlightGroup } from '../../common/in-flight.js';
import type { BlockCause, BlockFrame, EventLoopBlock } from '../../metrics/collection/event-loop-block.js';
import { shortPath } from '../../common/short-path.js';
import type { Culprit } from './culprit.js';
import { findCulprit, MIN_STACKS } from './culprit.js';
import type { RawBlock, RawFrame } from './raw-block.js';
import { monotonicMs } from './shared-state.js';

/** A block, with what is reported only in the log. */
export interface ExplainedBlock {
  readonly block: EventLoopBlock;
  /** The name of {@link Culprit.inside}. */
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
      elapsed: (raw.end - raw.begin) / 1000,
      cause,
      ...namesOf(culprit),
      in_flight: inFlight,
    },
    inside: culprit?.inside?.function,
  };
}

function causeOf({ begin, end, duration, answered, unanswered, stacks }: RawBlock, gc: number): BlockCause {
  // Garbage collections are measured by the clock, so they are compared to that and not to the busy time.
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
