import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EventLoopBlock } from '../../src/index.js';
import { NODE_MAJORS, nodeOf } from '../support/nodes.js';
import { environment } from '../support/scripts.js';

interface Result {
  readonly kind: string;
  /** Who may be blamed; `null` for nobody. */
  readonly blame: readonly (string | null)[];
  /** What the cause may be where nobody is. */
  readonly cause?: readonly string[];
  /** Missing where no block was reported. */
  readonly block?: EventLoopBlock;
  readonly evidence?: unknown;
}

const script = fileURLToPath(new URL('../scripts/planted-blocks.mjs', import.meta.url));

/** What the watchdog says of each of the planted blocks, on one version of Node. */
async function runPlanted(node: string): Promise<Result[]> {
  const options = { env: environment(), maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(node, ['--expose-gc', script], options);
  return JSON.parse(stdout) as Result[];
}

const functionOf = ({ block }: Result) => block?.function ?? null;

describe.each(NODE_MAJORS)('The watchdog on Node %s', (major) => {
  it('names at least 95 % of the functions that block the event loop, and never a wrong one', async (context) => {
    const node = await nodeOf(major);
    if (node === undefined) return context.skip();
    const results = await runPlanted(node);
    const wrong = results.filter((result) => {
      const name = functionOf(result);
      return name !== null && !result.blame.includes(name);
    });
    expect(wrong).toEqual([]);
    const inJavaScript = results.filter(({ blame }) => !blame.includes(null));
    expect(inJavaScript.length).toBeGreaterThanOrEqual(20);
    const missed = inJavaScript.filter((result) => functionOf(result) === null);
    expect(missed.length, JSON.stringify(missed)).toBeLessThanOrEqual(inJavaScript.length * 0.05);
    // What is not named has its cause.
    const unnamed = results.filter((result) => functionOf(result) === null && result.blame.includes(null));
    const badCauses = unnamed.filter(
      ({ block, cause }) => block !== undefined && cause?.includes(block.cause) !== true,
    );
    expect(badCauses).toEqual([]);
  }, 400_000);
});
