/**
 * An application that uses every subpath where no optional package is installed: `node missing.cjs modules`, or with
 * `commonjs` as Jest loads it. It prints the error of a start with the StatsD publisher, and what was published without it.
 */
require('reflect-metadata');
const path = require('node:path');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');

const installed = path.join(__dirname, '../node_modules/nestjs-monitor');

/** An entry point of the package: '.', or a subpath. */
async function load(entry) {
  const { exports } = require(path.join(installed, 'package.json'));
  if (process.argv[2] === 'commonjs') return require(path.join(installed, exports[entry].require.default));
  return import(path.join('nestjs-monitor', entry));
}

async function errorOf(options) {
  const { MonitorModule } = await load('.');
  class Root {}
  Module({ imports: [MonitorModule.forRoot(options)] })(Root);
  try {
    const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
    await app.close();
    return null;
  } catch (error) {
    return error.message;
  }
}

async function main() {
  const published = [];
  const { statsdPublisher } = await load('./statsd');
  const { MonitorMetricProducer } = await load('./opentelemetry');
  const { PromClientModule } = await load('./prom-client');
  console.log(
    JSON.stringify({
      loaded: [typeof MonitorMetricProducer, typeof PromClientModule],
      statsd: await errorOf({ publisher: statsdPublisher() }),
      publisher: await errorOf({ publisher: ({ counters }) => published.push(counters.requests) }),
      published,
    }),
  );
}

void main();
