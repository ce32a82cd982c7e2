import { beforeEach, describe, expect, it } from 'vitest';
import { QuickTurns, SLOT } from './quick-turns.js';

describe('QuickTurns', () => {
  let quick: QuickTurns;
  let now = { busy: 0, idle: 0, turns: 0 };

  const turn = (busy: number, idle = 0) =>
    (now = { busy: now.busy + busy, idle: now.idle + idle, turns: now.turns + 1 });
  const turns = (count: number, busy: number, idle = 0) => {
    for (let i = 0; i < count; i++) turn(busy, idle);
  };
  const begin = (act: () => void, longest = 0.5) => {
    const first = now;
    act();
    return quick.begin(first, now, longest);
  };

  beforeEach(() => {
    quick = new QuickTurns();
    now = { busy: 1000, idle: 5000, turns: 70_000 };
  });

  it.each<[string, number, number, number, boolean]>([
    ['a busy loop with short turns', 30, 0.3, 0, true],
    ['a loop that mostly waits, with short turns', 20, 0.05, 0.4, true],
    ['a busy loop with turns that are too long', 10, 1, 0, false],
    ['a loop that turns too seldom', 10, 0.1, 1, false],
    ['a loop that has not turned', 0, 0, 0, false],
  ])('can tell by the turns of %s whether they are quick', (_loop, count, busy, idle, areQuick) => {
    expect(begin(() => turns(count, busy, idle))).toBe(areQuick);
  });

  it('find how long one of many turns was', () => {
    begin(() => turns(30, 0.3));
    turns(7, 0.3);
    turn(20.3);
    expect(quick.longest(now)).toBeCloseTo(20.3, 9);
    expect(quick.next(now)).toBe(false);
  });

  it('find it in a loop that waits between its turns', () => {
    begin(() => turns(20, 0.1, 0.4));
    turns(5, 0.1, 0.4);
    turn(25, 0.4);
    expect(quick.longest(now)).toBeCloseTo(25, 9);
  });

  it('take no more off for the other turns than there was time for them', () => {
    begin(() => turns(30, 0.3));
    turns(50, 0.05, 0.05);
    turn(15);
    expect(quick.longest(now)).toBeCloseTo(17.5 - 3.5, 9);
  });

  it('find a stretch from 20 ms up within 15 %, however much the load has changed since the last look', () => {
    const off: number[] = [];
    for (const usual of [0.01, 0.1, 0.3, 0.5]) {
      for (const other of [0.01, 0.1, 0.3, 0.5]) {
        for (const wait of [0, 0.1, 0.5]) {
          for (let others = 0; others * (other + wait) <= SLOT; others++) {
            for (const long of [20, 25, 50, 200]) {
              begin(() => turns(100, usual));
              turns(others, other, wait);
              turn(long);
              off.push(quick.longest(now) / long);
            }
          }
        }
      }
    }
    expect(Math.min(...off)).toBeGreaterThanOrEqual(0.85);
    expect(Math.max(...off)).toBeLessThanOrEqual(1.15);
  });

  it('do not take a load that rises for a stretch, but are to be measured one by one', () => {
    begin(() => turns(60, 0.05, 0.1));
    turns(15, 0.35);
    expect(quick.longest(now)).toBeCloseTo(0.35, 9);
    expect(quick.next(now)).toBe(false);
  });

  it('do not pass for quick where one of them was long', () => {
    expect(begin(() => turns(60, 0.1), 5)).toBe(false);
  });

  it('say what a turn takes where none was long, and stay quick', () => {
    begin(() => turns(30, 0.3));
    turns(15, 0.3);
    expect(quick.longest(now)).toBeCloseTo(0.3, 9);
    expect(quick.next(now)).toBe(true);
    turns(14, 0.36);
    expect(quick.longest(now)).toBeCloseTo(0.36, 9);
    expect(quick.next(now)).toBe(true);
  });

  it('are not quick any more where there are fewer of them', () => {
    begin(() => turns(30, 0.3));
    turns(2, 0.3, SLOT / 2);
    expect(quick.longest(now)).toBeCloseTo(0.3, 9);
    expect(quick.next(now)).toBe(false);
  });

  it('show a stretch that has lasted since the last look, before the loop has turned', () => {
    begin(() => turns(30, 0.3));
    now = { ...now, busy: now.busy + 40 };
    expect(quick.longest(now)).toBe(40);
    now = { ...now, turns: now.turns + 1 };
    expect(quick.longest(now)).toBe(40);
  });

  it('do not take what the loop has waited for a stretch', () => {
    begin(() => turns(30, 0.3));
    turn(0.3, 5000);
    turn(0.3);
    expect(quick.longest(now)).toBeCloseTo(0.3, 9);
    expect(quick.next(now)).toBe(false);
  });
});
