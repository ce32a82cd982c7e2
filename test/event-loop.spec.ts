import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_MAJORS, nodeOf } from './support/nodes.js';
import { linesOf } from './support/scripts.js';

const BLOCKS = [5, 20, 50, 90, 170, 300];

/** A block of so many milliseconds in one place, and each attempt at it: how long it took, what the document said. */
interface Block {
  place: string;
  ms: number;
  attempts: { took: number; seen: number }[];
}

const describeBlock = ({ place, ms, attempts }: Block) =>
  `${ms} ms ${place}: ${attempts.map(({ took, seen }) => `${took.toFixed(2)} seen as ${seen.toFixed(2)}`).join(', ')}`;

describe.each(NODE_MAJORS)('the delay of the event loop on Node %i', (major) => {
  let blocks: Block[] | undefined;

  beforeAll(async () => {
    const node = await nodeOf(major);
    if (node !== undefined) blocks = (await linesOf('blocks.mjs', BLOCKS.map(String), node)) as Block[];
  }, 300_000);
  afterAll(() => (blocks = undefined));

  it('shows every block, wherever it is, as no shorter than it was', ({ skip }) => {
    if (blocks === undefined) return skip();
    expect(blocks).toHaveLength(8 * BLOCKS.length + 2 * BLOCKS.filter((ms) => ms >= 20).length);
    const missed = blocks.filter(({ attempts }) => attempts.some(({ took, seen }) => seen < took * 0.85));
    expect(missed.map(describeBlock)).toEqual([]);
  });

  it('shows blocks from 20 ms up, wherever they are, as no more than 15 % longer than they were', ({
    skip,
  }) => {
    if (blocks === undefined) return skip();
    const long = blocks.filter(({ ms }) => ms >= 20);
    const missed = long.filter(({ attempts }) => !attempts.some(({ took, seen }) => seen <= took * 1.15));
    expect(missed.map(describeBlock)).toEqual([]);
  });
});
