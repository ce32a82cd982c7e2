import { readFile } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LoopWatch } from './loop-watch.js';

describe('LoopWatch', () => {
  let looks: number;

  const watchThatCounts = (onSample = () => {}) => {
    looks = 0;
    const watch = new LoopWatch(onSample, () => (looks++, performance.now()));
    onTestFinished(() => watch.stop());
    return watch;
  };

  it('does not keep the loop from sleeping', async () => {
    const watch = watchThatCounts();
    watch.start();
    const turns = () => performance.nodeTiming.uvMetricsInfo.loopCount;
    let fewest = Infinity;
    // The test runner turns the loop as well, when it says how the tests go.
    for (let attempt = 0; attempt < 5 && fewest > 50; attempt++) {
      const before = turns();
      await new Promise((resolve) => setTimeout(resolve, 50));
      fewest = Math.min(fewest, turns() - before);
    }
    expect(fewest).toBeLessThanOrEqual(50);
    expect(looks).toBeGreaterThan(0);
  });

  it('is looked at in its turns, and not any more once that is stopped', async () => {
    const watch = watchThatCounts();
    const turns = async () => {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 3));
    };
    watch.start();
    await turns();
    expect(looks).toBeGreaterThan(5);
    watch.stop();
    const before = looks;
    await turns();
    watch.collect();
    expect(looks).toBe(before);
  });

  it('tells a block of a timer from what comes in after the loop has waited', async () => {
    const samples: number[] = [];
    const watch = new LoopWatch((seconds) => samples.push(seconds * 1000));
    watch.start();
    onTestFinished(() => watch.stop());
    const block = (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    let closest = Infinity;
    for (let attempt = 0; attempt < 5 && closest > 65; attempt++) {
      await new Promise<void>((resolve) => setTimeout(() => (block(50), resolve()), 5));
      await new Promise<void>((resolve) => readFile(import.meta.filename, () => (block(30), resolve())));
      watch.collect();
      closest = Math.min(closest, Math.max(...samples.splice(0)));
    }
    expect(closest).toBeGreaterThanOrEqual(50);
    expect(closest).toBeLessThan(65);
  });

  it('sees a block in a loop that turns all the time', async () => {
    const samples: number[] = [];
    const watch = new LoopWatch((seconds) => samples.push(seconds * 1000));
    watch.start();
    onTestFinished(() => watch.stop());
    const spinFor = async (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
    };
    let closest = Infinity;
    for (let attempt = 0; attempt < 5 && closest > 50 * 1.15; attempt++) {
      await spinFor(50);
      watch.collect();
      samples.length = 0;
      const end = performance.now() + 50;
      while (performance.now() < end);
      await spinFor(30);
      watch.collect();
      closest = Math.min(closest, Math.max(...samples));
    }
    expect(closest).toBeGreaterThanOrEqual(50 * 0.85);
    expect(closest).toBeLessThan(50 * 1.15);
  });

  it('does not look any more when whoever gets a sample stops it', async () => {
    const stopped = new Promise<void>((resolve) => {
      const watch = watchThatCounts(() => (watch.stop(), resolve()));
      watch.start();
    });
    const turn = () => new Promise((resolve) => setTimeout(resolve, 2));
    const turning = setInterval(() => {}, 1);
    onTestFinished(() => clearInterval(turning));
    await stopped;
    const before = looks;
    for (let i = 0; i < 10; i++) await turn();
    expect(looks).toBe(before);
  });

  it('looks seldom at a loop that turns all the time, and at each turn of one that does not', async () => {
    const watch = watchThatCounts();
    watch.start();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    let fewest = Infinity;
    // After a collection of garbage it looks closely for some milliseconds.
    for (let attempt = 0; attempt < 10 && fewest > 500; attempt++) {
      looks = 0;
      for (let i = 0; i < 5_000; i++) await turn();
      fewest = Math.min(fewest, looks);
    }
    expect(fewest).toBeLessThanOrEqual(500);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 4));
    looks = 0;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 4));
    expect(looks).toBeGreaterThanOrEqual(20);
  });
});
