import { describe, expect, it } from 'vitest';
import { CpuShare } from './cpu-share.js';

describe('CpuShare', () => {
  it('is the CPU between the last two samples, in percent of one core, and null before there are two', () => {
    let [now, used] = [1000, 50];
    const share = new CpuShare(
      () => now,
      () => used,
    );
    expect(share.percent).toBeNull();
    share.sample();
    expect(share.percent).toBeNull();
    [now, used] = [2000, 300];
    share.sample();
    expect(share.percent).toBe(25);
    [now, used] = [4000, 3300];
    expect(share.percent).toBe(25);
    share.sample();
    expect(share.percent).toBe(150);
  });

  it('is not changed by a second sample at the same moment', () => {
    let [now, used] = [0, 0];
    const share = new CpuShare(
      () => now,
      () => used,
    );
    share.sample();
    [now, used] = [1000, 500];
    share.sample();
    share.sample();
    expect(share.percent).toBe(50);
    [now, used] = [2000, 600];
    share.sample();
    expect(share.percent).toBe(10);
  });
});
