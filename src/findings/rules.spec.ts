import { describe, expect, it } from 'vitest';
import type { Figure, HistorySeries, Step } from '../history/history-document.js';
import type { ProcessMetrics } from '../metrics/collection/snapshot.js';
import type { GcTime, LoopBlock, Rule, RuleContext } from './rule.js';
import { RULES } from './rules.js';
import { DESCRIPTORS } from './rules/descriptors.rule.js';
import { EVENT_LOOP_BLOCKED } from './rules/event-loop-blocked.rule.js';
import { FAILING_HANDLER } from './rules/failing-handler.rule.js';
import { FAILING_ROUTE } from './rules/failing-route.rule.js';
import { GC_SHARE } from './rules/gc-share.rule.js';
import { HEAP_LEAK } from './rules/heap-leak.rule.js';
import { HEAP_NEARLY_FULL } from './rules/heap-nearly-full.rule.js';
import { LATE_MACHINE } from './rules/late-machine.rule.js';
import { SATURATED_CORE } from './rules/saturated-core.rule.js';

const [MB, NONE] = [1e6, Number.NaN];
const NOW = Date.parse('2026-01-31T12:00:00Z');

/** A value for each step, by its age in steps: 0 is the last one. */
type Shape = (age: number) => number;

interface Past {
  /** By key and figure, such as `eventloop_delay max`, in steps of 1 s; with the prefix `10 `, in steps of 10 s. */
  readonly values?: Record<string, Shape>;
  readonly seconds?: Shape;
  readonly uptime?: number;
  readonly gcTimes?: readonly GcTime[];
  readonly blocks?: readonly LoopBlock[] | undefined;
}

/** The input of a rule for a process with this past. */
function past({ values = {}, seconds = () => 1, uptime = 7200, gcTimes = [], blocks }: Past): RuleContext {
  const column = (length: number, shape: Shape) => {
    const known = Math.min(length, Math.floor(uptime / (length === 360 ? 10 : 1)));
    return Array.from({ length: known }, (_, at) => shape(known - 1 - at));
  };
  const keys = new Set(Object.keys(values).map((name) => name.replace(/^10 | \S+$/g, '')));
  return {
    history: {
      series: [...keys].map(seriesOf),
      values: (step: Step, key: string, figure: Figure) => {
        const shape = values[`${step === 10 ? '10 ' : ''}${key} ${figure}`];
        return shape === undefined ? [] : column(step === 1 ? 300 : 360, shape);
      },
      seconds: (step) => column(step === 1 ? 300 : 360, seconds),
    },
    now: NOW,
    uptime,
    process: {} as ProcessMetrics,
    gcTimes,
    blocks,
  };
}

function seriesOf(key: string): HistorySeries {
  const labels = Object.fromEntries(
    [...key.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  return { key, name: key.split('{', 1)[0]!, kind: 'counter', labels, unit: null, help: '', builtIn: true };
}

const titles = (rule: Rule, given: Past) => rule.observe(past(given)).map(({ title }) => title);

const REFUND = (status: number) =>
  `http_requests{method="POST",route="/orders/:id/refund",status="${status}"} rate`;

/** A process at work without a fault: 100 requests a second, short delays, a heap that is collected. */
const BUSY: Record<string, Shape> = {
  'eventloop_delay max': (age) => 0.01 + (age % 7) / 1000,
  'eventloop_time{state="active"} rate': (age) => 0.5 + (age % 5) / 20,
  'ioloop_excess_callback_latency max': () => 0.004,
  'http_requests_in_flight max': () => 12,
  'process.cpu.user_time rate': () => 0.5,
  'process.cpu.system_time rate': () => 0.1,
  'process.num_fds value': () => 60,
  'process.max_fds value': () => 1024,
  'heap_used_bytes min': (age) => (60 + (age % 30)) * MB,
  'heap_limit_bytes value': () => 2000 * MB,
  'gc_duration{kind="major"} count': (age) => (age % 30 === 29 ? 1 : 0),
  '10 heap_used_bytes min': (age) => (60 + (age % 9)) * MB,
  '10 heap_limit_bytes value': () => 2000 * MB,
  '10 gc_duration{kind="major"} count': (age) => (age % 3 === 0 ? 0.1 : 0),
  [REFUND(200)]: () => 10,
  [REFUND(500)]: (age) => (age % 20 === 0 ? 1 : 0),
};

const GC_OF = (share: number, cpu: number, count = 60): GcTime[] =>
  Array.from({ length: count }, () => ({ elapsed: 5, gc: share * cpu * 5, cpu: cpu * 5 }));

describe('nothing is found in a process', () => {
  const noFindings = (given: Past) => RULES.flatMap((rule) => titles(rule, given));

  it('that has just started and has no history', () => {
    expect(noFindings({ uptime: 0 })).toEqual([]);
  });

  it('that does nothing', () => {
    const idle = {
      'eventloop_delay max': () => NONE,
      'eventloop_time{state="active"} rate': () => 0.01,
      'http_requests_in_flight max': () => 0,
      'ioloop_excess_callback_latency max': () => 0.001,
      'heap_used_bytes min': (age: number) => (20 - age / 100) * MB,
      'process.num_fds value': () => 25,
      'process.max_fds value': () => 1024,
    };
    expect(noFindings({ values: idle, gcTimes: GC_OF(0.5, 0.01) })).toEqual([]);
  });

  it('that is busy', () => {
    expect(noFindings({ values: BUSY, gcTimes: GC_OF(0.05, 0.6) })).toEqual([]);
  });

  it('that had a burst of some seconds', () => {
    const isBurst = (age: number) => age >= 100 && age < 112;
    const burst = (key: string, value: number) => ({
      [key]: (age: number) => (isBurst(age) ? value : BUSY[key]!(age)),
    });
    const values = {
      ...BUSY,
      ...burst('eventloop_time{state="active"} rate', 1),
      ...burst('http_requests_in_flight max', 500),
      ...burst('ioloop_excess_callback_latency max', 0.3),
      ...burst('process.num_fds value', 1020),
      ...burst(REFUND(500), 9),
      'eventloop_delay max': (age: number) => (age === 105 ? 0.4 : 0.02),
    };
    const gcTimes = GC_OF(0.05, 0.6).map((time, at) => (at === 55 ? { ...time, gc: 2.5 } : time));
    expect(noFindings({ values, gcTimes })).toEqual([]);
  });

  it('that warms up: modules are loaded, code is compiled, the heap and the caches are filled', () => {
    const uptime = 45;
    const values = {
      ...BUSY,
      'eventloop_delay max': (age: number) => (uptime - age < 20 ? 1.5 : 0.01),
      'eventloop_time{state="active"} rate': () => 1,
      '10 heap_used_bytes min': (age: number) => (200 - 30 * age) * MB,
      'ioloop_excess_callback_latency max': () => 0.3,
    };
    expect(noFindings({ values, uptime, gcTimes: GC_OF(0.3, 1, 9) })).toEqual([]);
  });

  it('that was suspended for an hour, in the middle of its work', () => {
    const isGap = (age: number) => age > 10;
    const values = Object.fromEntries(
      Object.entries(BUSY).map(([key, shape]) => [key, (age: number) => (isGap(age) ? NONE : shape(age))]),
    );
    Object.assign(values, {
      'eventloop_delay max': (age: number) => (isGap(age) ? NONE : age === 10 ? 3600 : 0.01),
      'ioloop_excess_callback_latency max': (age: number) => (isGap(age) ? NONE : age === 10 ? 3600 : 0),
      'process.cpu.user_time rate': (age: number) => (age === 10 ? 0.0001 : 0.5),
      'process.cpu.system_time rate': (age: number) => (age === 10 ? 0.0001 : 0.1),
    });
    const seconds = (age: number) => (isGap(age) ? NONE : age === 10 ? 3600 : 1);
    expect(noFindings({ values, seconds, gcTimes: GC_OF(0.05, 0.6, 2) })).toEqual([]);
  });
});

describe('an event loop that is blocked', () => {
  /** A block that began `age` seconds ago. */
  const block = (name: string | null, duration: number, age = 60): LoopBlock => ({
    time: new Date(NOW - age * 1000).toISOString(),
    duration,
    function: name,
  });
  const blocked = { ...BUSY, 'eventloop_delay max': (age: number) => (age % 90 === 5 ? 0.312 : 0.01) };

  it('is found, with how often and how long', () => {
    const [found] = EVENT_LOOP_BLOCKED.observe(past({ values: blocked }));
    expect(found).toMatchObject({
      title: 'The event loop was blocked 4 times in 5 minutes, 312 ms at worst.',
      severity: 'warning',
      evidence: [
        { series: 'eventloop_delay max', value: 0.312, unit: 'seconds' },
        { series: 'seconds of the last 5 minutes with a block', value: 4 },
      ],
    });
  });

  it('is found with the function that is to blame for most of it', () => {
    const blocks = [
      block('ReportsService.build', 0.9),
      block('other', 0.2),
      block(null, 0.1),
      block('old', 9, 400),
    ];
    expect(titles(EVENT_LOOP_BLOCKED, { values: blocked, blocks })).toEqual([
      'The event loop was blocked 4 times in 5 minutes, 312 ms at worst, by ReportsService.build.',
    ]);
    const unknown = [block('ReportsService.build', 0.5), block(null, 0.5)];
    expect(titles(EVENT_LOOP_BLOCKED, { values: blocked, blocks: unknown })[0]).not.toContain('Reports');
  });

  it('is found when one block was long, also where nothing else could be measured meanwhile', () => {
    const values = {
      ...BUSY,
      'eventloop_delay max': (age: number) => (age === 20 ? 8 : age > 20 && age < 28 ? NONE : 0.01),
      'process.cpu.user_time rate': () => 0.95,
    };
    const seconds = (age: number) => (age === 20 ? 8.5 : 1);
    expect(EVENT_LOOP_BLOCKED.observe(past({ values, seconds }))).toMatchObject([
      { severity: 'critical', title: 'The event loop was blocked once in 5 minutes, 8 s at worst.' },
    ]);
  });

  describe('for 6 s, without using the CPU', () => {
    const [AGE, LENGTH] = [20, 6];
    const values = {
      ...BUSY,
      'eventloop_delay max': (age: number) =>
        age === AGE ? LENGTH : age > AGE && age < AGE + LENGTH ? NONE : 0.01,
      'process.cpu.user_time rate': (age: number) => (age === AGE ? 0.004 : 0.5),
      'process.cpu.system_time rate': (age: number) => (age === AGE ? 0.001 : 0.1),
    };
    const seconds = (age: number) => (age === AGE ? LENGTH + 0.3 : age < AGE ? 1 : NONE);
    const observed = (blocks?: LoopBlock[]) => EVENT_LOOP_BLOCKED.observe(past({ values, seconds, blocks }));

    it('is found if diagnostics have measured the block, such as one by execSync()', () => {
      expect(observed([block(null, 5.97, AGE + LENGTH)])).toMatchObject([
        { severity: 'critical', title: 'The event loop was blocked once in 5 minutes, 6 s at worst.' },
      ]);
    });

    it('is not found if diagnostics have seen no block, or a short one: the process was suspended', () => {
      expect(observed([])).toEqual([]);
      expect(observed([block('work', 0.3, AGE + LENGTH)])).toEqual([]);
    });

    it('is not found by a block at another time', () => {
      expect(observed([block(null, 6, AGE + 100), block(null, 6, AGE - 5)])).toEqual([]);
    });

    it('is not found without diagnostics, since the process may have been suspended', () => {
      expect(observed()).toEqual([]);
    });
  });

  it('is found with less confidence where the process did not use the CPU: on a busy machine, or in a synchronous call', () => {
    const cpu = (cores: number) => ({
      'process.cpu.user_time rate': () => cores * 0.75,
      'process.cpu.system_time rate': () => cores * 0.25,
    });
    const found = (cores: number, blocks?: LoopBlock[]) =>
      EVENT_LOOP_BLOCKED.observe(past({ values: { ...blocked, ...cpu(cores) }, blocks }))[0];
    // The blocks take 0.312 s.
    expect(found(0.17)?.confidence).toBe('high');
    expect(found(0.14)?.confidence).toBe('medium');
    expect(found(0.14)?.advice).toContain('other processes used the CPU');
    expect(found(0.14, [block('work', 0.3)])).toMatchObject({
      confidence: 'high',
      advice: expect.stringContaining('Split that work') as string,
    });
    expect(found(NONE)?.confidence).toBe('high');
  });

  it('has the advice to switch diagnostics on only where they are off', () => {
    const adviceFor = (blocks?: LoopBlock[]) =>
      EVENT_LOOP_BLOCKED.observe(past({ values: blocked, blocks }))[0]?.advice;
    expect(adviceFor()).toContain('Switch diagnostics on');
    expect(adviceFor([])).toContain('name no function');
    expect(adviceFor([block(null, 0.3)])).toContain('name no function');
    expect(adviceFor([block('work', 0.3)])).toContain('Split that work');
  });
});

describe('one core that is not enough', () => {
  const saturated = (minutes: number, waiting: number) => ({
    ...BUSY,
    'eventloop_time{state="active"} rate': (age: number) => (age < minutes * 60 ? 0.96 : 0.4),
    'http_requests_in_flight max': () => waiting,
  });

  it('is found where requests wait for minutes', () => {
    expect(titles(SATURATED_CORE, { values: saturated(4, 40) })).toEqual([
      'One core is not enough: the event loop was 0.96 busy for 4 minutes while requests waited.',
    ]);
  });

  it('is found where each turn of the event loop takes longer than a second, which leaves out every other step', () => {
    const values = {
      ...saturated(4, 40),
      'eventloop_time{state="active"} rate': (age: number) => (age % 2 === 0 ? 0.98 : NONE),
      'http_requests_in_flight max': (age: number) => (age % 2 === 0 ? 40 : NONE),
    };
    const seconds = (age: number) => (age % 2 === 0 ? 2 : NONE);
    expect(titles(SATURATED_CORE, { values, seconds })).toHaveLength(1);
    expect(titles(SATURATED_CORE, { values, seconds: (age) => (age % 2 === 0 ? 1 : NONE) })).toEqual([]);
  });

  it('is not found for a single minute, nor without waiting requests: a worker may use all of its core', () => {
    expect(titles(SATURATED_CORE, { values: saturated(1, 40) })).toEqual([]);
    expect(titles(SATURATED_CORE, { values: saturated(5, 1) })).toEqual([]);
    expect(titles(SATURATED_CORE, { values: saturated(5, 0) })).toEqual([]);
  });
});

describe('a leak of the heap', () => {
  const heap = (low: Shape, collected = true): Past['values'] => ({
    '10 heap_used_bytes min': (age) => low(age) + (age % 3 === 0 ? 0 : 40 * MB),
    '10 heap_limit_bytes value': () => 4000 * MB,
    '10 gc_duration{kind="major"} count': (age) => (collected && age % 3 === 0 ? 0.1 : 0),
  });

  it('is found by lows that rise', () => {
    // 4 MB a minute are 0.667 MB in each step of 10 s.
    const [found] = HEAP_LEAK.observe(past({ values: heap((age) => (400 - (age * 4) / 6) * MB) }));
    expect(found).toMatchObject({
      title: 'What is left in the heap after garbage collections rises by 4 MB a minute: a leak.',
      severity: 'warning',
      confidence: 'high',
    });
    expect(found?.advice).toContain('the heap is full in 15 hours');
  });

  it.each<[string, Past]>([
    ['lows stay as they are', { values: heap(() => 300 * MB) }],
    ['they fall', { values: heap((age) => (300 + age) * MB) }],
    ['they go up and down', { values: heap((age) => (300 + 40 * Math.sin(age / 25)) * MB) }],
    ['a cache was filled once', { values: heap((age) => (age < 200 ? 400 : 100) * MB) }],
    ['they rise by less than a tenth', { values: heap((age) => (900 - age / 12) * MB) }],
    ['the heap was not collected: garbage is no leak', { values: heap((age) => (400 - age) * MB, false) }],
    ['the process is ten minutes old', { values: heap((age) => (400 - age) * MB), uptime: 600 }],
  ])('is not found where %s', (_, given) => {
    expect(titles(HEAP_LEAK, given)).toEqual([]);
  });
});

describe('a heap that is nearly full', () => {
  const heap = (used: number, collections = 1): Past['values'] => ({
    'heap_used_bytes min': () => used * MB,
    'heap_limit_bytes value': () => 1000 * MB,
    'gc_duration{kind="major"} count': () => collections,
  });

  it('is found if collections leave it nearly full', () => {
    expect(titles(HEAP_NEARLY_FULL, { values: heap(940) })).toEqual([
      'The heap is nearly full: 940 MB of 1000 MB (94 %) are left in use by garbage collections.',
    ]);
  });

  it('is found if collections take so long that two of three steps are left out', () => {
    const long = (value: number) => (age: number) => (age % 3 === 0 ? value : NONE);
    const values = {
      'heap_used_bytes min': long(940 * MB),
      'heap_limit_bytes value': long(1000 * MB),
      'gc_duration{kind="major"} count': long(0.3),
    };
    expect(titles(HEAP_NEARLY_FULL, { values })).toHaveLength(1);
  });

  it('is not found below that, nor before a collection', () => {
    expect(titles(HEAP_NEARLY_FULL, { values: heap(840) })).toEqual([]);
    expect(titles(HEAP_NEARLY_FULL, { values: heap(940, 0) })).toEqual([]);
  });
});

describe('a garbage collector that takes much of the CPU', () => {
  it('is found', () => {
    expect(GC_SHARE.observe(past({ gcTimes: GC_OF(0.14, 0.9) }))).toMatchObject([
      { title: 'The garbage collector takes 14 % of the CPU.', severity: 'warning' },
    ]);
    expect(GC_SHARE.observe(past({ gcTimes: GC_OF(0.4, 0.9) }))).toMatchObject([{ severity: 'critical' }]);
  });

  it('is not found below a tenth, in an idle process, or for less than two minutes', () => {
    expect(titles(GC_SHARE, { gcTimes: GC_OF(0.08, 0.9) })).toEqual([]);
    expect(titles(GC_SHARE, { gcTimes: GC_OF(0.5, 0.05) })).toEqual([]);
    expect(titles(GC_SHARE, { gcTimes: [...GC_OF(0.02, 0.9, 40), ...GC_OF(0.5, 0.9, 12)] })).toEqual([]);
    expect(titles(GC_SHARE, { gcTimes: GC_OF(0.5, 0.9, 20) })).toEqual([]);
  });
});

describe('a route that fails', () => {
  it('is found with how many of its requests failed', () => {
    const values = {
      [REFUND(500)]: (age: number) => (age % 7 === 0 && age < 266 ? 1 : 0),
      [REFUND(200)]: (age: number) => (age === 11 || age === 120 ? 1 : 0),
      'http_requests{method="GET",route="/cats",status="200"} rate': () => 50,
      'http_requests{method="GET",route="/secret",status="401"} rate': () => 5,
    };
    expect(FAILING_ROUTE.observe(past({ values }))).toMatchObject([
      {
        subject: 'POST /orders/:id/refund',
        severity: 'critical',
        title: '38 of 40 requests to POST /orders/:id/refund failed in 5 minutes.',
      },
    ]);
  });

  it.each<[string, Shape, Shape]>([
    ['few failed', (age) => (age % 100 === 0 ? 1 : 0), () => 0],
    ['a small share failed', (age) => (age % 5 === 0 ? 1 : 0), () => 2],
    ['all failures were at one moment', (age) => (age === 5 ? 40 : 0), () => 0],
    ['it works again', (age) => (age > 120 ? 1 : 0), (age) => (age > 120 ? 0 : 1)],
  ])('is not found where %s', (_, failed, worked) => {
    expect(titles(FAILING_ROUTE, { values: { [REFUND(500)]: failed, [REFUND(200)]: worked } })).toEqual([]);
  });

  it('is counted exactly if steps take longer than a second', () => {
    const values = { [REFUND(503)]: (age: number) => (age < 100 ? 0.4 : 0) };
    expect(titles(FAILING_ROUTE, { values, seconds: () => 1.25 })).toEqual([
      '50 of 50 requests to POST /orders/:id/refund failed in 5 minutes.',
    ]);
  });
});

describe('a handler that fails', () => {
  const CALLS = (outcome: string) =>
    `handler_calls{handler="OrdersController.create",outcome="${outcome}",transport="rpc"} rate`;

  it('is found, and one whose client disconnected is not', () => {
    const values = { [CALLS('error')]: () => 1, [CALLS('ok')]: () => 1 };
    expect(titles(FAILING_HANDLER, { values })).toEqual([
      '300 of 600 calls of OrdersController.create failed in 5 minutes.',
    ]);
    expect(titles(FAILING_HANDLER, { values: { [CALLS('cancelled')]: () => 1 } })).toEqual([]);
  });
});

describe('descriptors near their limit', () => {
  const open = (count: Shape) => ({ 'process.num_fds value': count, 'process.max_fds value': () => 1024 });

  it('are found', () => {
    expect(titles(DESCRIPTORS, { values: open(() => 960) })).toEqual([
      'File descriptors: 960 of 1 024 are open.',
    ]);
  });

  it('are found where some of the seconds have no count', () => {
    expect(titles(DESCRIPTORS, { values: open((age) => (age % 3 === 0 ? NONE : 960)) })).toEqual([
      'File descriptors: 960 of 1 024 are open.',
    ]);
    expect(titles(DESCRIPTORS, { values: open((age) => (age % 3 === 0 ? 960 : NONE)) })).toEqual([]);
  });

  it('are not found below, for a moment, or where there is no limit', () => {
    expect(titles(DESCRIPTORS, { values: open(() => 700) })).toEqual([]);
    expect(titles(DESCRIPTORS, { values: open((age) => (age < 10 ? 1000 : 50)) })).toEqual([]);
    expect(titles(DESCRIPTORS, { values: { 'process.num_fds value': () => 960 } })).toEqual([]);
  });
});

describe('a machine that is late', () => {
  const late = (delay: number) => ({
    'ioloop_excess_callback_latency max': (age: number) => (age % 3 === 0 ? 0.25 : 0.001),
    'eventloop_delay max': () => delay,
  });

  it('is found where timers are late and the code is not', () => {
    expect(titles(LATE_MACHINE, { values: late(0.004) })).toEqual([
      'The machine is late, not the code: timers ran up to 250 ms late in 40 of 120 seconds while the event loop was free.',
    ]);
  });

  it('is not found if the code delays the timers', () => {
    expect(titles(LATE_MACHINE, { values: late(0.25) })).toEqual([]);
  });
});
