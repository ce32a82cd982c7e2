/** The process that `series.mjs` starts: measures one figure and prints it as JSON. */
import prom from 'prom-client';
import { createMonitor } from './monitor.mjs';

const SERIES = 100_000;
const ROUTES = 2500;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
const STATUSES = ['200', '201', '204', '301', '400', '401', '403', '404', '500', '503'];

/** The label set at this index: 2,500 routes, 4 methods, 10 statuses. */
function labelsOf(i) {
  return {
    method: METHODS[i % 4],
    route: `/products/${Math.floor(i / 40) % ROUTES}/:id`,
    status: STATUSES[Math.floor(i / 4) % 10],
  };
}

function heapUsed() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

async function fill(side) {
  if (side === 'ours') {
    // One metric gets half of all series at most.
    const monitor = await createMonitor({ maxSeries: 2 * SERIES + 1000 });
    return { holder: monitor, count: (i) => monitor.count('product_requests', 1, labelsOf(i)) };
  }
  const labelNames = ['method', 'route', 'status'];
  const counter = new prom.Counter({ name: 'product_requests', help: 'product_requests', labelNames });
  return { holder: prom.register, count: (i) => counter.inc(labelsOf(i)) };
}

const measures = {
  /** Heap bytes per counter. */
  async memory(side) {
    const { holder, count } = await fill(side);
    count(0);
    const before = heapUsed();
    for (let i = 1; i <= SERIES; i++) count(i % SERIES);
    const bytes = (heapUsed() - before) / (SERIES - 1);
    return holder && bytes;
  },

  /** The longest time that a read blocked the event loop, and its total time. */
  async stall(side, method) {
    const { holder, count } = await fill(side);
    for (let i = 0; i < SERIES; i++) count(i);
    const reads = [];
    for (let round = 0; round < 7; round++) {
      globalThis.gc();
      reads.push(await longestStall(() => holder[method]()));
    }
    // The median, without the first reads, whose code is not compiled yet.
    return reads.slice(2).sort((a, b) => a.stall - b.stall)[2];
  },

  /** Heap and series after up to a million samples that each have a new label value. */
  async flood() {
    const monitor = await createMonitor();
    const seriesOf = async () => Object.keys((await monitor.metrics()).counters).length;
    const curve = [{ samples: 0, heap: heapUsed(), series: await seriesOf() }];
    for (let i = 0; i < 1_000_000; i++) {
      monitor.count('logins', 1, { user: `user-${i}`, session: i * 7919 });
      if ([1_000, 5_000, 10_000, 100_000, 500_000, 1_000_000].includes(i + 1)) {
        curve.push({ samples: i + 1, heap: heapUsed(), series: await seriesOf() });
      }
    }
    return curve;
  },
};

async function longestStall(work) {
  let [stall, isDone] = [0, false];
  const start = performance.now();
  let last = start;
  const turn = () => {
    const now = performance.now();
    stall = Math.max(stall, now - last);
    last = now;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await new Promise(setImmediate);
  await work();
  isDone = true;
  await new Promise(setImmediate);
  return { stall, total: performance.now() - start };
}

const [measure, ...args] = process.argv.slice(2);
console.log(JSON.stringify(await measures[measure](...args)));
process.exit();
