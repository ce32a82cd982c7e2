/**
 * Measures very many series: their memory, and how long a read of them blocks the event loop. See README.md beside this
 * file. Each figure is measured in its own process, with a new heap.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machine, versionOf } from './support/machine.mjs';
import { table } from './support/table.mjs';

const CHILD = fileURLToPath(new URL('support/series-process.mjs', import.meta.url));

/** @returns {any} the JSON that the child process printed */
function measure(...args) {
  const options = ['--expose-gc', '--no-warnings', CHILD, ...args.map(String)];
  return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
}

const kilobytes = (bytes) => `${Math.round(bytes / 1024).toLocaleString('en')} kB`;
const milliseconds = (ms) => `${ms.toFixed(1)} ms`;

console.log(`${machine()}; prom-client ${versionOf('prom-client')}.\n`);

const memory = ['ours', 'prom-client'].map((side) => [side, `${measure('memory', side).toFixed(0)} bytes`]);
console.log(`${table(['A counter with three labels, among 100,000', 'memory'], memory)}\n`);

const reads = [
  ['metrics()', 'ours', 'metrics'],
  ['json()', 'ours', 'json'],
  ['prom-client, metrics()', 'prom-client', 'metrics'],
].map(([name, ...args]) => {
  const { stall, total } = measure('stall', ...args);
  return [name, milliseconds(stall), milliseconds(total)];
});
console.log(`${table(['Reading 100,000 series', 'longest stall', 'total'], reads)}\n`);

const flood = measure('flood').map(({ samples, heap, series }) => [
  samples.toLocaleString('en'),
  series.toLocaleString('en'),
  kilobytes(heap),
]);
console.log(table(['Samples, each with a new label value', 'series', 'heap'], flood));
