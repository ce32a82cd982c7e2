import { describe, expect, it } from 'vitest';
import { findCulprit } from './culprit.js';
import type { RawFrame, RawStack } from './raw-block.js';

const frame = (name: string): RawFrame => {
  return { function: name, file: '/app/rows.js', line: 1, origin: 'application', id: name, isAsync: false };
};
const [LISTENER, CALLER] = [0, 1];

/**
 * The name of the culprit of a block with 30 stacks. A caller is on all of them, and a listener on the first `clear` ones. The
 * others were read at the entry of another function.
 */
function nameOf(clear: number, { wall }: { readonly wall: number }): string | undefined {
  const stacks: RawStack[] = Array.from({ length: 30 }, (_, i) =>
    i < clear ? { frames: [LISTENER, CALLER], isAtEntry: false } : { frames: [CALLER], isAtEntry: true },
  );
  const frames = [frame('onRow'), frame('emitRows')];
  const times = { begin: 0, end: wall, duration: 500, answered: 500, unanswered: 0, isAsleep: false };
  return findCulprit({ ...times, frames, stacks })?.frame.function;
}

describe('a caller that is seen where it enters other functions', () => {
  it('is named if hardly anything else is seen', () => {
    expect(nameOf(0, { wall: 550 })).toBe('emitRows');
    expect(nameOf(3, { wall: 550 })).toBe('emitRows');
  });

  it('is not named if the other stacks say that it may be a function inside it', () => {
    expect(nameOf(10, { wall: 550 })).toBeUndefined();
  });

  it('is not named where the process gets little of the processor and any stack says so', () => {
    expect(nameOf(3, { wall: 3500 })).toBeUndefined();
    expect(nameOf(0, { wall: 3500 })).toBe('emitRows');
  });
});
