/**
 * Plants blocks and prints, as JSON, what the watchdog reports for each: node --expose-gc planted-blocks.mjs [KIND...]
 *
 * A block that should be named and is not is planted again: on a busy machine, the watchdog may not run during a block.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { explainBlock } from '../../build/diagnostics/blocked-loop/explain-block.js';
import { Watchdog } from '../../build/diagnostics/blocked-loop/watchdog.js';
import { BLOCKS } from '../diagnostics/planted/blocks.mjs';

const now = () => Number(process.hrtime.bigint()) / 1e6;

const found = [];
let onFound = () => {};
const watchdog = new Watchdog(100, {
  onBeat() {},
  onBlockEnd() {},
  onBlock(raw, gc) {
    const { begin, end, answered, unanswered, stacks } = raw;
    const evidence = { answered, unanswered, gc, wall: end - begin, stacks: stacks.length };
    found.push({ begin, end, evidence, ...explainBlock(raw, gc, []) });
    onFound();
  },
  onFailure(error) {
    throw error;
  },
});
watchdog.start();
await sleep(300);

/** How often a block is planted at most. */
const MAX_ATTEMPTS = 3;

const only = process.argv.slice(2);
const results = [];
for (const { kind, run, blame, cause } of BLOCKS) {
  if (only.length > 0 && !only.includes(kind)) continue;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const begin = await planted(run);
    const result = { kind, attempt, blame, cause, ...(await blockAfter(begin)) };
    results.push(result);
    if (blame.includes(null) || typeof result.block?.function === 'string') break;
  }
}
await watchdog.stop();
process.stdout.write(JSON.stringify(results));

/** Runs it somewhere between two heartbeats. @returns when that was. */
async function planted(run) {
  await sleep(100 + Math.random() * 60);
  const begin = now();
  const result = run();
  if (result instanceof Promise) await result;
  return begin;
}

/** The longest block since then: a garbage collection may be another one. */
async function blockAfter(begin) {
  const isLate = sleep(10_000, true, { ref: true });
  for (;;) {
    const blocks = found.filter(({ end }) => end > begin).sort((a, b) => b.block.duration - a.block.duration);
    if (blocks.length > 0) {
      await sleep(150);
      return blocks[0];
    }
    if ((await Promise.race([new Promise((resolve) => (onFound = resolve)), isLate])) === true) return {};
  }
}
