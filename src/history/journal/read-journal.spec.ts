import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { HistoryCopy } from '../merging/history-copy.js';
import { readJournal } from './read-journal.js';

/** Some time in a step of 10 s. */
const NOW = Date.parse('2026-01-31T12:00:00Z');

function journal(minutes: number) {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'one');
  const copy = new HistoryCopy({ pid: 1, thread: null, text: '1' }, { 1: 300, 10: minutes * 6 });
  return { path, copy };
}

function gauges(count: number) {
  const series = Array.from({ length: count }, (_, i) => ({
    key: `level_${i}`,
    name: `level_${i}`,
    kind: 'gauge',
    labels: {},
    unit: null,
    help: '',
    builtIn: false,
  }));
  return `${JSON.stringify({ instance: {}, series })}\n`;
}

function row(step: 1 | 10, time: number, values: number[]) {
  return `${JSON.stringify({ step, time, seconds: step, values, heat: [] })}\n`;
}

it('reads a day of 300 series', async () => {
  const { path, copy } = journal(1440);
  const values = Array.from({ length: 900 }, (_, i) => 1000 + i / 10);
  const line = row(10, NOW, values);
  const lines = [gauges(300)];
  for (let i = 8639; i >= 0; i--) lines.push(line.replace(`${NOW}`, `${NOW - i * 10_000}`));
  writeFileSync(`${path}.tens`, lines.join(''));
  expect(statSync(`${path}.tens`).size).toBeGreaterThan(40e6);
  expect(await readJournal(path, copy, NOW)).toBeGreaterThan(0);
  expect(copy.tiers[10].slots).toHaveLength(8640);
});

it('reads the steps of a second if those of ten seconds cannot be read, and the other way round', async () => {
  for (const [broken, good] of [
    ['tens', 'seconds'],
    ['seconds', 'tens'],
  ]) {
    const { path, copy } = journal(60);
    const step = good === 'tens' ? 10 : 1;
    mkdirSync(`${path}.${broken}`);
    writeFileSync(`${path}.${broken}.old`, '{"step":1,"time":0,"values":7}\n');
    writeFileSync(`${path}.${good}`, gauges(1) + row(step, NOW, [1, 1, 1]));
    expect(await readJournal(path, copy, NOW)).toBeGreaterThan(0);
    expect(copy.tiers[step].slots).toEqual([NOW]);
  }
});

it('has no time of writing, or throws, where nothing can be read', async () => {
  const { path, copy } = journal(60);
  expect(await readJournal(path, copy, NOW)).toBeUndefined();
  mkdirSync(`${path}.tens`);
  await expect(readJournal(path, copy, NOW)).rejects.toThrow('no journal');
});

it('leaves out the steps that no chart shows, but knows the series that appeared in them', async () => {
  const { path, copy } = journal(60);
  const late = { key: 'late', name: 'late', kind: 'gauge', labels: {}, unit: null, help: '', builtIn: false };
  const [old] = [
    { step: 10, time: NOW - 3_600_000, seconds: 10, series: [late], values: [1, 1, 1, 2, 2, 2] },
  ];
  writeFileSync(
    `${path}.tens`,
    `${gauges(1)}${JSON.stringify(old)}\n${row(10, NOW - 3_590_000, [3, 3, 3, 4, 4, 4])}`,
  );
  await readJournal(path, copy, NOW);
  expect(copy.tiers[10].slots).toEqual([NOW - 3_590_000]);
  expect(copy.find('gauge', 'late')).toBe(1);
  expect(copy.tiers[10].get(4, 0)).toBe(4);
});

it('refuses a file whose line never ends, and one that does not begin with its series', async () => {
  const { path, copy } = journal(60);
  writeFileSync(`${path}.tens`, Buffer.alloc(40e6, 'x'));
  await expect(readJournal(path, copy, NOW)).rejects.toThrow('too long');
  writeFileSync(`${path}.tens`, row(10, NOW, [1]) + gauges(1));
  await expect(readJournal(path, copy, NOW)).rejects.toThrow('no list of series');
  expect(copy.tiers[10].slots).toEqual([]);
});
