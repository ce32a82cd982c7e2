import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EventLoopBlock } from '../../src/index.js';
import { environment } from '../support/scripts.js';

interface Result {
  readonly kind: string;
  /** From 1. */
  readonly attempt: number;
  /** The functions that may be named; `null` if none may be. */
  readonly blame: readonly (string | null)[];
  /** The allowed causes if no function is named. */
  readonly cause?: readonly string[];
  /** Missing where no block was reported. */
  readonly block?: EventLoopBlock;
  readonly evidence?: unknown;
}

const script = fileURLToPath(new URL('../scripts/planted-blocks.mjs', import.meta.url));

/** What the watchdog reports for each of the planted blocks. */
async function runPlanted(): Promise<Result[]> {
  const options = { env: environment(), maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script], options);
  return JSON.parse(stdout) as Result[];
}

const functionOf = ({ block }: Result) => block?.function ?? null;

/** On this version of Node. `npm run test:node -- 22 test/diagnostics/planted-blocks.spec.ts` uses another one. */
describe('The watchdog', () => {
  it('names at least 95 % of the functions that block the event loop, and never a wrong one', async () => {
    const results = await runPlanted();
    const wrong = results.filter((result) => {
      const name = functionOf(result);
      return name !== null && !result.blame.includes(name);
    });
    expect(wrong).toEqual([]);
    const inJavaScript = results.filter(({ blame }) => !blame.includes(null));
    const kinds = new Set(inJavaScript.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThanOrEqual(30);
    const missed = new Set(kinds);
    for (const result of inJavaScript) if (functionOf(result) !== null) missed.delete(result.kind);
    const evidence = JSON.stringify(inJavaScript.filter(({ kind }) => missed.has(kind)));
    expect(missed.size, evidence).toBeLessThanOrEqual(kinds.size * 0.05);
    // A block without a name has one of its causes.
    const unnamed = results.filter((result) => functionOf(result) === null && result.blame.includes(null));
    const badCauses = unnamed.filter(
      ({ block, cause }) => block !== undefined && cause?.includes(block.cause) !== true,
    );
    expect(badCauses).toEqual([]);
  }, 400_000);
});
