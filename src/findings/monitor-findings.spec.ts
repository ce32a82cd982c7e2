import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MonitorHistory } from '../history/monitor-history.js';
import { NO_PROCESS_METRICS } from '../instrumentation/runtime/process/process.collector.js';
import type { EventLoopBlock } from '../metrics/collection/event-loop-block.js';
import { MetricsRegistry } from '../metrics/registry.js';
import { RegistrySource } from '../metrics/source/registry-source.js';
import { MonitorFindings } from './monitor-findings.js';
import type { Observation, Rule, RuleContext } from './rule.js';

const FULL: Observation = {
  severity: 'warning',
  confidence: 'high',
  title: 'The queue is full.',
  evidence: [{ series: 'queue', value: 100 }],
  advice: 'Empty it.',
};

/** Findings of one rule, evaluated with the steps of a history that the test reads. */
async function start(observe: Rule['observe'], others: Rule[] = [], isOn = false) {
  const registry = new MetricsRegistry({ warn: () => {} });
  const instance = { pid: 1, hostname: null, start_time: '', node_version: '', worker_id: null };
  const blocks: EventLoopBlock[] = [];
  const facts = () => ({ process: NO_PROCESS_METRICS(), instance, eventloop_blocks: blocks });
  const source = new RegistrySource(registry, facts);
  let now = 0;
  const clock = () => now;
  const sink = { failure: () => {}, recovery: () => {} };
  const time = { monotonic: clock, wall: clock, sinceBoot: clock };
  const history = new MonitorHistory(source, { minutes: 60, series: 300 }, sink, time);
  const log: string[] = [];
  const texts = { begins: (text: string) => log.push(text), ends: (text: string) => log.push(text) };
  const rules = [{ id: 'queue-full', anchor: 'queue-full', observe }, ...others];
  const findings = new MonitorFindings(history, source, texts, { rules, explainsBlocks: () => isOn, clock });
  await history.begin();
  const seconds = async (count: number) => {
    for (let i = 0; i < count; i++) {
      now += 1000;
      await history.readStep();
    }
  };
  return { findings, log, seconds, blocks };
}

describe('a finding', () => {
  it('is logged once when it begins and once when it is over, and keeps its id and begin meanwhile', async () => {
    let isFull = false;
    const { findings, log, seconds } = await start(() => (isFull ? [FULL] : []));
    await seconds(10);
    expect([findings.findings, log]).toEqual([[], []]);
    isFull = true;
    await seconds(5);
    const [{ since } = { since: '' }] = findings.findings;
    expect(new Date(since).toISOString()).toBe(since);
    await seconds(60);
    const link = 'node_modules/nestjs-monitor/docs/findings.md#queue-full';
    expect(findings.findings).toEqual([{ id: 'queue-full', rule: 'queue-full', since, link, ...FULL }]);
    // One evaluation without it does not end it.
    isFull = false;
    await seconds(5);
    isFull = true;
    await seconds(5);
    isFull = false;
    await seconds(25);
    expect(findings.findings).toHaveLength(1);
    await seconds(10);
    expect(findings.findings).toEqual([]);
    expect(log).toEqual([
      `The queue is full. Empty it. See ${link}`,
      expect.stringMatching(/^Over after .*The queue is full\.$/),
    ]);
  });

  it('changes the version of the list, and nothing else does', async () => {
    let value = 100;
    const { findings, seconds } = await start(() => [{ ...FULL, evidence: [{ series: 'queue', value }] }]);
    await seconds(5);
    const { version } = findings;
    await seconds(20);
    expect(findings.version).toBe(version);
    value = 101;
    await seconds(5);
    expect(findings.version).toBe(version + 1);
  });

  it('that is critical is first, and one rule has at most five', async () => {
    const many = Array.from({ length: 9 }, (_, at) => ({ ...FULL, subject: `queue ${at}` }));
    const critical: Rule = { id: 'down', anchor: 'down', observe: () => [{ ...FULL, severity: 'critical' }] };
    const { findings, seconds } = await start(() => many, [critical]);
    await seconds(5);
    expect(findings.findings.map(({ id }) => id)).toEqual([
      'down',
      ...[0, 1, 2, 3, 4].map((at) => `queue-full queue ${at}`),
    ]);
  });

  it('that falls behind five others of its rule goes on until it is not found any more, and is back when it rises', async () => {
    let ranking = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const observe = () => ranking.map((subject) => ({ ...FULL, title: `${subject} is full.`, subject }));
    const { findings, log, seconds } = await start(observe);
    const shown = () => findings.findings.map(({ id }) => id.at(-1)).join('');
    await seconds(5);
    expect(shown()).toBe('abcde');
    ranking = ['f', 'g', 'b', 'a', 'c', 'd', 'e', 'h'];
    await seconds(120);
    expect(shown()).toBe('abcfg');
    ranking = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await seconds(120);
    expect(shown()).toBe('abcde');
    expect(log.map((line) => line.slice(0, 2))).toEqual(['a ', 'b ', 'c ', 'd ', 'e ', 'f ', 'g ']);
    ranking = [];
    await seconds(30);
    expect(shown()).toBe('');
    const ended = log.slice(7).map((line) => /: (.) is full\.$/.exec(line)?.[1]);
    expect(ended).toHaveLength(7);
    expect(new Set(ended)).toEqual(new Set('abcdefg'));
    expect(log.slice(7).every((line) => /^Over after [45] min: /.test(line))).toBe(true);
  });

  it('has lasted as long as it did when the time of day is set back meanwhile', async () => {
    let found = [FULL];
    const { log, seconds } = await start(() => found);
    await seconds(60);
    found = [];
    const anHourAgo = Date.now() - 3_600_000;
    const wall = vi.spyOn(Date, 'now').mockImplementation(() => anHourAgo);
    onTestFinished(() => wall.mockRestore());
    await seconds(60);
    expect(log.at(-1)).toBe('Over after 85 s: The queue is full.');
  });

  it('of one rule is not affected by another rule that fails, which is logged once', async () => {
    const broken: Rule = {
      id: 'broken',
      anchor: 'broken',
      observe: () => {
        throw new Error('no');
      },
    };
    const { findings, log, seconds } = await start(() => [FULL], [broken]);
    await seconds(20);
    expect(findings.findings).toHaveLength(1);
    expect(log.filter((line) => line.includes('"broken" failed'))).toHaveLength(1);
  });
});

describe('the rules', () => {
  const BLOCK: EventLoopBlock = {
    time: '2026-01-31T12:00:00.000Z',
    duration: 6,
    elapsed: 6,
    cause: 'native',
    function: null,
    file: null,
    line: null,
    confidence: 0,
    frames: [],
    in_flight: [],
  };

  it.each([true, false])(
    'can tell that no block is known yet from that blocks are not explained: %s',
    async (isOn) => {
      const seen: RuleContext['blocks'][] = [];
      const observe: Rule['observe'] = ({ blocks: known }) => {
        seen.push(known === undefined ? undefined : [...known]);
        return [];
      };
      const { seconds, blocks } = await start(observe, [], isOn);
      await seconds(5);
      blocks.push(BLOCK);
      await seconds(5);
      expect(seen).toEqual(isOn ? [[], [BLOCK]] : [undefined, undefined]);
    },
  );
});
