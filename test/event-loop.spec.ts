import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_MAJORS, NODE_MISSING, nodeOf } from './support/nodes.js';
import { linesOf } from './support/scripts.js';

const BLOCKS = [5, 20, 50, 90, 170, 300];

/**
 * Attempts at a block of this many milliseconds in one place: how long it took, how long it took according to the document, and
 * for how long other processes had the CPU while the loop was busy.
 */
interface Block {
  place: string;
  ms: number;
  attempts: { took: number; seen: number; stolen: number }[];
}

const describeBlock = ({ place, ms, attempts }: Block) =>
  `${ms} ms ${place}: ${attempts.map((attempt) => JSON.stringify(attempt)).join(', ')}`;

describe.each(NODE_MAJORS)('the event loop delay on Node %i', (major) => {
  let blocks: Block[] | undefined;

  beforeAll(async () => {
    const node = await nodeOf(major);
    if (node !== undefined) blocks = (await linesOf('blocks.mjs', BLOCKS.map(String), node)) as Block[];
  }, 300_000);
  afterAll(() => (blocks = undefined));

  it('is at least as long as the block, wherever that is', ({ skip }) => {
    if (blocks === undefined) return skip(NODE_MISSING(major));
    expect(blocks).toHaveLength(8 * BLOCKS.length + 2 * BLOCKS.filter((ms) => ms >= 20).length);
    const missed = blocks.filter(({ attempts }) => attempts.some(({ took, seen }) => seen < took * 0.85));
    expect(missed.map(describeBlock)).toEqual([]);
  });

  it('is at most 15 % longer than a block from 20 ms up, wherever that is', ({ skip }) => {
    if (blocks === undefined) return skip(NODE_MISSING(major));
    const long = blocks.filter(({ ms }) => ms >= 20);
    const missed = long.filter(
      ({ attempts }) => !attempts.some(({ took, seen, stolen }) => seen <= took * 1.15 + stolen),
    );
    expect(missed.map(describeBlock)).toEqual([]);
  });
});
