/**
 * What the history costs: a step of 300 series, the document, and the event streams of 50 open pages. See README.md beside this
 * file.
 */
import { performance } from 'node:perf_hooks';
import { MonitorHistory } from '../build/history/monitor-history.js';
import { historyJson } from '../build/history/history-json.js';
import { inSlices } from '../build/common/slices.js';
import { MonitorFindings } from '../build/findings/monitor-findings.js';
import { MetricsRegistry } from '../build/metrics/registry.js';
import { RegistrySource } from '../build/metrics/source/registry-source.js';
import { machine } from './support/machine.mjs';
import { table } from './support/table.mjs';

const MIX = { counters: 120, gauges: 80, histograms: 100 };
const PAGES = 50;
const STEPS = 700;

const registry = new MetricsRegistry({ warn: () => {} });

const facts = () => ({
  process: {
    uptime: 9000,
    num_fds: 20,
    max_fds: 1024,
    meminfo: { rss_bytes: 1, vsz_bytes: 1 },
    cpu: cpuOf(),
  },
  instance: {
    pid: 1,
    hostname: null,
    start_time: new Date().toISOString(),
    node_version: '',
    worker_id: null,
  },
  eventloop_blocks: [],
});
const source = new RegistrySource(registry, facts);
const counters = Array.from({ length: MIX.counters }, (_, i) => registry.counter('counter', { i }));
const gauges = Array.from({ length: MIX.gauges }, (_, i) => registry.gauge('gauge', { i }));
const histograms = Array.from({ length: MIX.histograms }, (_, i) => registry.histogram('histogram', { i }));

let now = 0;
const clock = () => now;
const sink = { failure: (text) => console.error(text), recovery: () => {} };
const history = new MonitorHistory(source, { minutes: 60, series: 300 }, sink, {
  monotonic: clock,
  wall: clock,
  sinceBoot: clock,
});
await history.begin();

console.log(`${machine()}\n`);
const idle = await stepsOf(() => {});
const busy = await stepsOf(record);
// Every ten seconds, a step of 10 s comes after that of 1 s.
const lastSecond = history.reader.stepsAfter(history.sequence - 2).findLast(({ tier }) => tier.step === 1);
const encoding = timesOf(200, () => history.reader.event(lastSecond, 'changed'));
const findings = new MonitorFindings(history, source, { begins: () => {}, ends: () => {} });
const evaluating = timesOf(200, () => findings.evaluate());
findings.stop();
const start = process.cpuUsage();
const pieces = await inSlices(historyJson(await history.document()));
const { user, system } = process.cpuUsage(start);
const document = (user + system) / 1000;
const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
const payload = history.reader.event(lastSecond, 'changed').length;

const share = (ms) => `${(ms / 10).toFixed(3)} %`;
console.log(
  table(
    ['300 series', 'milliseconds', 'share of one core'],
    [
      ['a step in which nothing has changed', idle.toFixed(3), share(idle)],
      ['a step in which all of them have changed', busy.toFixed(3), share(busy)],
      [
        `an event, written once for ${PAGES} pages (${(payload / 1024).toFixed(1)} kB)`,
        encoding.toFixed(3),
        share(encoding),
      ],
      ['all rules of the findings, every five seconds', evaluating.toFixed(3), share(evaluating / 5)],
      [
        `the whole document (${(bytes / 1e6).toFixed(1)} MB of JSON)`,
        document.toFixed(0),
        'for each page that is opened',
      ],
    ],
  ),
);

function cpuOf() {
  const { user, system } = process.cpuUsage();
  return { user_time: user / 1e6, system_time: system / 1e6, percent: 1, num_threads: 11 };
}

/** Ten requests for each series in each second, with latencies from 1 ms to 10 s. */
function record() {
  for (const counter of counters) counter.inc(10);
  for (const gauge of gauges) gauge.set(Math.random());
  for (const histogram of histograms)
    for (let i = 0; i < 10; i++) histogram.observe(0.001 * 10 ** (4 * Math.random()));
}

/** The mean CPU time of a step in milliseconds, with the row of 10 s that one step in ten writes too. */
async function stepsOf(change) {
  let [used, measured] = [0, 0];
  for (let i = 0; i < STEPS; i++) {
    change();
    now += 1000;
    const start = process.cpuUsage();
    await history.readStep();
    const { user, system } = process.cpuUsage(start);
    // V8 compiles during the first half.
    if (i < STEPS / 2) continue;
    used += (user + system) / 1000;
    measured++;
  }
  return used / measured;
}

function timesOf(count, work) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const begin = performance.now();
    work();
    times.push(performance.now() - begin);
  }
  return median(times.slice(count / 2));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
