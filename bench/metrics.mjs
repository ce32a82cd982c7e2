/**
 * Measures the time of one sample, beside the alternatives: see README.md beside this file.
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

for (const [title, implementations] of Object.entries(WORKLOADS)) {
  for (const [name, sample] of Object.entries(implementations)) {
    bench(`${title}/${name}`, sample);
    // So that nothing is compiled during the measurement.
    for (let i = 0; i < WARM_UP_SAMPLES; i++) sample();
  }
}

// mitata keeps V8 from removing work whose result is not used, and runs each sample often enough to be compiled.
const { benchmarks } = await run({ print: () => {}, colors: false });

/** @type {Record<string, number>} */
const medians = Object.fromEntries(benchmarks.map(({ alias, runs }) => [alias, runs[0].stats.p50]));

for (const [title, implementations] of Object.entries(WORKLOADS)) {
  const [ours] = Object.keys(implementations);
  const rows = Object.keys(implementations).map((name) => {
    const median = medians[`${title}/${name}`];
    return [name, median.toFixed(1), name === ours ? '1' : ratio(medians[`${title}/${ours}`] / median)];
  });
  console.log(`${table([title, 'ns', 'ours / this'], rows)}\n`);
}

/** With two significant digits. */
function ratio(value) {
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}
