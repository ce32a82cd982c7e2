import { describe, expect, it } from 'vitest';
import type { Sliced } from './slices.js';
import { inSlices, sortSliced } from './slices.js';

describe('sliced work', () => {
  it('is done at once when it fits into one slice', () => {
    let isDone = false;
    function* work(): Sliced<void> {
      for (let i = 0; i < 1000; i++) yield;
      isDone = true;
    }
    void inSlices(work(), () => 0);
    expect(isDone).toBe(true);
  });

  it('gives everybody else a turn after each slice', async () => {
    let now = 0;
    const seen: string[] = [];
    function* work(): Sliced<string> {
      for (let i = 0; i < 5; i++) {
        seen.push('work');
        now++;
        yield;
      }
      return 'result';
    }
    const other = setInterval(() => {}, 1000);
    const turns = { count: 0 };
    const count = (): void => {
      turns.count++;
      seen.push('other');
      if (turns.count < 2) setImmediate(count);
    };
    setImmediate(count);
    await expect(inSlices(work(), () => now)).resolves.toBe('result');
    clearInterval(other);
    expect(seen.join(' ')).toMatch(/^(work ){2}other (work ){2}other work$/);
  });

  it('passes on what goes wrong', async () => {
    // oxlint-disable-next-line require-yield
    function* work(): Sliced<void> {
      throw new Error('broken');
    }
    await expect(inSlices(work())).rejects.toThrow('broken');
  });
});

describe('a sliced sort', () => {
  it.each([0, 1, 2, 255, 256, 257, 1000, 5000])(
    'of %d items is a sort that keeps equal ones in order',
    async (length) => {
      let state = 7;
      const items = Array.from({ length }, (_, at) => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        return { key: state % 97, at };
      });
      const compare = (a: { key: number }, b: { key: number }) => a.key - b.key;
      expect(await inSlices(sortSliced(items, compare))).toEqual([...items].sort(compare));
    },
  );
});
