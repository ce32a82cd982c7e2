import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { START, startHistory } from '../../../test/support/held-history.js';
import { present } from '../../../test/support/present.js';
import type { Step } from '../history-document.js';
import { HistoryCopy } from '../merging/history-copy.js';
import { MOST_FIGURES } from '../merging/tier-copy.js';
import { HistoryJournal } from './history-journal.js';
import { readJournal } from './read-journal.js';

/** More than any journal of these tests has. */
const ALL = { 1: 10_000, 10: 10_000 } as const;

/** A history with a journal, which is saved every 4 seconds as that of a busy process. */
async function startJournal() {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const held = await startHistory();
  const path = join(directory, 'one');
  const journal = new HistoryJournal(held.history, path);
  const run = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 4) {
      held.registry.count('orders', 3);
      await held.steps(4);
      await journal.save();
    }
  };
  const read = async () => {
    const copy = new HistoryCopy({ pid: 1, thread: null, text: '1' }, ALL);
    await readJournal(path, copy, held.clock.wall);
    return copy;
  };
  return { ...held, directory, path, journal, run, read };
}

function ratesOf(copy: HistoryCopy, key: string): number[] {
  const index = present(copy.find('counter', key));
  return copy.tiers[1].slots.map((_, row) => copy.tiers[1].get(index * MOST_FIGURES, row));
}

/** The ends of the steps, in seconds since the start of the history. */
function endsOf(copy: HistoryCopy, step: Step = 1): number[] {
  return copy.tiers[step].slots.map((slot) => (slot - START) / 1000);
}

/** The numbers from one to another one. */
function range(first: number, last: number, step = 1): number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, at) => first + at * step);
}

describe('the journal of a history', () => {
  it('has all steps, also those before a series was removed', async () => {
    const { registry, step, journal, read } = await startJournal();
    for (const tenant of ['x', 'y']) registry.count('orders', 2, { tenant });
    await step();
    await journal.save();
    registry.count('orders', 5, { tenant: 'y' });
    await step();
    registry.remove('orders', { tenant: 'x' });
    registry.count('orders', 7, { tenant: 'y' });
    await step();
    await journal.save();
    const copy = await read();
    expect(ratesOf(copy, 'orders{tenant="y"}')).toEqual([2, 5, 7]);
    expect(ratesOf(copy, 'orders{tenant="x"}').slice(0, 2)).toEqual([2, NaN]);
  });

  it('has the steps of the last 5 minutes at any time, in two files of each length', async () => {
    const { directory, run, read } = await startJournal();
    await run(1000);
    const ends = endsOf(await read());
    expect(ends).toEqual(range(present(ends[0]), 1000));
    expect(ends.length).toBeGreaterThanOrEqual(300);
    expect(ends.length).toBeLessThan(610);
    expect(endsOf(await read(), 10)).toEqual(range(5, 995, 10));
    expect(readdirSync(directory).sort()).toEqual(['one.seconds', 'one.seconds.old', 'one.tens']);
  });

  it('begins again with its series and all kept steps if it was removed', async () => {
    const { directory, registry, run, read } = await startJournal();
    await run(400);
    rmSync(directory, { recursive: true });
    // As long as the directory is missing, nothing can be written.
    await run(4);
    mkdirSync(directory);
    registry.count('refunds');
    await run(4);
    const copy = await read();
    expect(endsOf(copy)).toEqual(range(109, 408));
    expect(endsOf(copy, 10)).toEqual(range(5, 405, 10));
    expect(ratesOf(copy, 'orders').slice(-4)).toEqual([3, 0, 0, 0]);
    await run(4);
    expect(endsOf(await read())).toEqual(range(109, 412));
  });

  it('begins again if another program has emptied its file', async () => {
    const { path, run, read } = await startJournal();
    await run(100);
    rmSync(`${path}.seconds`);
    appendFileSync(`${path}.seconds`, '');
    await run(4);
    expect(endsOf(await read())).toEqual(range(1, 104));
  });

  it.each([396, 600])(
    'keeps what it has if it cannot be written after %i s, and gets the rest later',
    async (before) => {
      const { directory, path, run, read } = await startJournal();
      await run(before);
      const [file, aside] = [`${path}.seconds`, join(directory, 'aside')];
      // Part of a line was written. Then nothing can be: there is a directory in place of the file, to which not even root can write.
      appendFileSync(file, '{"step":1,"ti');
      renameSync(file, aside);
      mkdirSync(file);
      await run(40);
      expect(endsOf(await read(), 10).at(-1)).toBeGreaterThan(before + 30);
      rmdirSync(file);
      renameSync(aside, file);
      expect(endsOf(await read())).toEqual(range(1, before));
      await run(4);
      expect(endsOf(await read()).slice(-300)).toEqual(range(before - 255, before + 44));
      await run(4);
      expect(endsOf(await read()).slice(-300)).toEqual(range(before - 251, before + 48));
      expect(readdirSync(directory).filter((name) => name.endsWith('.new'))).toEqual([]);
    },
  );

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('has the times of a clock that was set %s', async (_, by) => {
    const { clock, history, run, read } = await startJournal();
    await run(100);
    clock.wall += by;
    await run(8);
    const copy = await read();
    const [seconds, tens] = (await history.document()).tiers;
    expect(copy.tiers[1].slots).toEqual(present(seconds).times);
    expect(copy.tiers[10].slots).toEqual(present(tens).times);
    expect(endsOf(copy)).toEqual(range(1 + by / 1000, 108 + by / 1000));
    await run(400);
    expect(endsOf(await read())).toEqual(range(1 + by / 1000, 508 + by / 1000));
  });
});
