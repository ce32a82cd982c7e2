import { describe, expect, it } from 'vitest';
import { SaveSchedule } from './save-schedule.js';

/** A schedule with a clock that the test sets, checked every four seconds. */
function scheduleOf(takeNews: () => boolean) {
  let now = 0;
  const saves: number[] = [];
  const schedule = new SaveSchedule(
    async () => takeNews(),
    async () => void saves.push(now / 1000),
    () => now,
  );
  const checkUntil = async (seconds: number) => {
    while (now < seconds * 1000) {
      now += 4000;
      await schedule.check();
    }
  };
  return { saves, checkUntil };
}

describe('what others need of a process when it is killed', () => {
  it('is saved every 4 seconds while the application counts', async () => {
    const { saves, checkUntil } = scheduleOf(() => true);
    await checkUntil(16);
    expect(saves).toEqual([4, 8, 12, 16]);
  });

  it('is saved every half minute while the process is idle, and within 4 seconds when it counts again', async () => {
    let hasNews = false;
    const { saves, checkUntil } = scheduleOf(() => hasNews);
    await checkUntil(60);
    expect(saves).toEqual([28, 56]);
    hasNews = true;
    await checkUntil(64);
    expect(saves).toEqual([28, 56, 64]);
  });

  it('is saved once more after the last count, whose step of the history may have ended later', async () => {
    let news = 1;
    const { saves, checkUntil } = scheduleOf(() => news-- > 0);
    await checkUntil(20);
    expect(saves).toEqual([4, 8]);
  });

  it('is saved every 4 seconds while the process works, though it counts nothing', async () => {
    const { saves, checkUntil } = scheduleOf(() => false);
    await checkUntil(4);
    expect(saves).toEqual([]);
    // More than 5 % of the 4 seconds that pass on the clock of the test.
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 250_000);
    await checkUntil(8);
    expect(saves).toEqual([8]);
  });
});
