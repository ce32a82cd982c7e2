import { beforeEach, describe, expect, it } from 'vitest';
import { FailureLog } from './failure-log.js';

describe('a failure log', () => {
  let now: number;
  let lines: string[];
  let stacks: (string | undefined)[];
  let log: FailureLog;

  beforeEach(() => {
    now = 0;
    lines = [];
    stacks = [];
    log = new FailureLog(
      {
        failed: (reason) => `failed: ${reason}`,
        failedAgain: (count, duration, reason) => `${count} in ${duration}: ${reason}`,
        worksAgain: (count, duration) => `works after ${count} in ${duration}`,
      },
      {
        failure: (text, stack) => {
          lines.push(text);
          stacks.push(stack);
        },
        recovery: (text) => lines.push(text),
      },
      () => now,
    );
  });

  const failAt = (seconds: number, message = 'down') => {
    now = seconds * 1000;
    log.failed(new Error(message));
  };
  const succeedAt = (seconds: number) => {
    now = seconds * 1000;
    log.succeeded();
  };

  it('logs the first failure with its stack, and then summaries at growing intervals', () => {
    for (let second = 0; second <= 1000; second += 10) failAt(second, second < 500 ? 'down' : 'refused');
    expect(lines).toEqual([
      'failed: Error: down',
      '7 in 60 s: Error: down',
      '19 in 3 min: Error: down',
      '43 in 7 min: Error: down',
      '91 in 15 min: Error: refused',
    ]);
    expect(stacks[0]).toContain('failure-log.spec');
    expect(stacks.slice(1)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('logs a summary once an hour at most, and at least', () => {
    for (let minute = 0; minute <= 24 * 60; minute++) failAt(60 * minute);
    const inTheFirstHour = 6;
    expect(lines.length).toBeGreaterThanOrEqual(inTheFirstHour + 22);
    expect(lines.length).toBeLessThanOrEqual(inTheFirstHour + 24);
    expect(lines.at(-1)).toMatch(/^1\d{3} in 2\d h: /);
  });

  it('says once that it works again, with how often it had failed', () => {
    failAt(0);
    failAt(10);
    for (const second of [20, 30]) succeedAt(second);
    expect(lines).toEqual(['failed: Error: down', 'works after 2 in 20 s']);
  });

  it('says nothing of what has never failed', () => {
    succeedAt(0);
    expect(lines).toEqual([]);
  });

  it('takes what fails and works in turns for one outage, with few lines', () => {
    for (let second = 0; second < 3600; second += 20) {
      failAt(second);
      succeedAt(second + 10);
    }
    expect(lines).toHaveLength(2 * 6);
    expect(lines.slice(0, 4)).toEqual([
      'failed: Error: down',
      'works after 1 in 10 s',
      '4 in 60 s: Error: down',
      'works after 4 in 70 s',
    ]);
  });

  it('begins anew with a failure that comes after it has worked for ten minutes', () => {
    failAt(0);
    succeedAt(10);
    failAt(601, 'refused');
    expect(lines.at(-1)).toBe('failed: Error: refused');
  });

  it('is one outage where the calls are rare and all of them fail', () => {
    for (const hour of [0, 1, 2]) failAt(3600 * hour);
    expect(lines).toEqual(['failed: Error: down', '2 in 60 min: Error: down', '3 in 2 h: Error: down']);
  });

  it('does no harm where the logger throws', () => {
    const broken = () => {
      throw new Error('the log is gone');
    };
    const texts = { failed: broken, failedAgain: broken, worksAgain: broken };
    const hostile = new FailureLog(texts, { failure: () => {}, recovery: () => {} });
    hostile.failed(null);
    hostile.succeeded();
    expect(lines).toEqual([]);
  });
});
