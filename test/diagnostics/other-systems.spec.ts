import { expect, it, onTestFinished, vi } from 'vitest';
import { explainBlock } from '../../src/diagnostics/blocked-loop/explain-block.js';
import { Watchdog } from '../../src/diagnostics/blocked-loop/watchdog.js';
import type { EventLoopBlock } from '../../src/index.js';
import { eventually } from '../support/eventually.js';
import { first } from '../support/present.js';

/** A system without the information about threads that Linux has in `/proc/thread-self`. */
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  readlinkSync: () => {
    throw new Error('ENOENT');
  },
}));

const idle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function addUpInvoices(): number {
  const begin = process.cpuUsage().user;
  let sum = 0;
  while (process.cpuUsage().user - begin < 500_000) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
  return sum;
}

it('Where the system does not say whether the event loop waits, blocks are named too, and a loop that waits is none', async () => {
  const blocks: EventLoopBlock[] = [];
  const watchdog = new Watchdog(100, {
    onBeat: () => {},
    onBlockEnd: () => {},
    onBlock: (raw, gc) => blocks.push(explainBlock(raw, gc, []).block),
    onSourceMapsOff: () => {},
    onFailure: (error) => {
      throw error;
    },
  });
  watchdog.start();
  onTestFinished(() => watchdog.stop());
  // There are no other timers, so only the watchdog wakes the event loop meanwhile.
  await idle(1500);
  // The machine may have suspended the process: blocks without a function are allowed.
  expect(blocks.filter((block) => block.function !== null)).toEqual([]);
  for (let i = 0; i < 9 && !blocks.some((block) => block.function !== null); i++) {
    const before = blocks.length;
    setTimeout(addUpInvoices, 50);
    await eventually(() => expect(blocks.length).toBeGreaterThan(before));
  }
  const named = first(blocks.filter((block) => block.function !== null));
  expect(named).toMatchObject({ cause: 'javascript', function: 'addUpInvoices' });
});
