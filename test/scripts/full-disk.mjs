// Writes the journal of a history, at first to a disk with room, then to a full one, then with room again. Prints which seconds it has
// after each of them. A limit of file sizes takes the place of the full disk: Linux writes what fits, and then fails.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { HistoryJournal } from '../../build/history/journal/history-journal.js';
import { readJournal } from '../../build/history/journal/read-journal.js';
import { HistoryCopy } from '../../build/history/merging/history-copy.js';
import { MonitorHistory } from '../../build/history/monitor-history.js';
import { NO_PROCESS_METRICS } from '../../build/instrumentation/runtime/process/process.collector.js';
import { MetricsRegistry } from '../../build/metrics/registry.js';
import { RegistrySource } from '../../build/metrics/source/registry-source.js';

const START = Date.parse('2026-01-31T11:30:05Z');

const registry = new MetricsRegistry({ warn() {} });
const instance = { pid: 1, hostname: null, start_time: '', node_version: '', worker_id: null };
const facts = () => ({ process: NO_PROCESS_METRICS(), instance, eventloop_blocks: [] });
for (let i = 0; i < 20; i++) registry.count('orders', 1, { shop: `shop ${i}` });
let now = START;
const time = { monotonic: () => now, wall: () => now, sinceBoot: () => now };
const sink = { failure() {}, recovery() {} };
const source = new RegistrySource(registry, facts);
const history = new MonitorHistory(source, { series: 300, minutes: 60 }, sink, time);
await history.begin();
const path = join(process.argv[2], 'one');
const journal = new HistoryJournal(history, path);

async function save(times) {
  for (let i = 0; i < times; i++) {
    for (let second = 0; second < 4; second++) {
      now += 1000;
      await history.readStep();
    }
    await journal.save();
  }
}

/** Limits the size of a file to so many bytes. */
function limit(bytes) {
  execFileSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:`]);
}

async function seconds() {
  const copy = new HistoryCopy({ pid: 1, thread: null, text: '1' }, { 1: 10_000, 10: 10_000 });
  await readJournal(path, copy, now);
  return copy.tiers[1].slots.map((slot) => (slot - START) / 1000);
}

const result = [];
await save(85);
result.push(await seconds());
// The first save that fails has written part of a line.
limit(statSync(`${path}.seconds`).size + 50);
await save(1);
limit(512);
await save(9);
result.push(await seconds());
limit('unlimited');
await save(1);
result.push(await seconds());
process.stdout.write(JSON.stringify(result));
