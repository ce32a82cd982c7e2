/**
 * What a sample costs, beside what would be used instead: see README.md beside this file.
 */
import { bench, run } from 'mitata';
import { machine, versionOf } from './support/machine.mjs';
import { WORKLOADS } from './support/samples.mjs';
import { table } from './support/table.mjs';

const WARM_UP_SAMPLES = 300_000;

console.log(
  `${machine()}; prom-client ${versionOf('prom-client')}, OpenTelemetry SDK ${versionOf('@opentelemetry/sdk-metrics')}, ` +
    `@datadog/sketches-js ${versionOf('@datadog/sketches-js')}. Medians, in nanoseconds for one sample.\n`,
);

for (const [title, contestants] of Object.entries(WORKLOADS)) {
  for (const [name, sample] of Object.entries(contestants)) {
    bench(`${title}/${name}`, sample);
    // Before it is measured, so that no contestant is compiled while it is.
    for (let i = 0; i < WARM_UP_SAMPLES; i++) sample();
  }
}

// The harness keeps V8 from leaving out work whose result nobody uses, and runs each sample often enough to be compiled.
const { benchmarks } = await run({ print: () => {}, colors: false });

/** @type {Record<string, number>} */
const medians = Object.fromEntries(benchmarks.map(({ alias, runs }) => [alias, runs[0].stats.p50]));

for (const [title, contestants] of Object.entries(WORKLOADS)) {
  const [ours] = Object.keys(contestants);
  const rows = Object.keys(contestants).map((name) => {
    const median = medians[`${title}/${name}`];
    return [name, median.toFixed(1), name === ours ? '1' : ratio(medians[`${title}/${ours}`] / median)];
  });
  console.log(`${table([title, 'ns', 'ours / this'], rows)}\n`);
}

/** With two digits that say something. */
function ratio(value) {
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}
