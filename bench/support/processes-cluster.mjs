/**
 * The cluster that `processes.mjs` starts: its workers have very many series, and one URL answers for all of them. Ours is served by a
 * worker; that of prom-client by the primary, whose `AggregatorRegistry` collects from the workers.
 *
 * processes-cluster.mjs SIDE WORKERS COUNTERS HISTOGRAMS
 */
import 'reflect-metadata';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import prom from 'prom-client';
import { watchStalls } from './stall-watch.mjs';

const [side, workers, counters, histograms] = process.argv
  .slice(2)
  .map((value, i) => (i === 0 ? value : Number(value)));
const PER_METRIC = 1000;
const VALUES = [0.003, 0.02, 0.02, 0.3, 4];
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const labelsOf = (i) => ({ method: i % 2 ? 'GET' : 'POST', route: `/products/${i >> 1}/:id`, status: 200 });

/** Creates the series of each side; `change` gives each of them a new value. */
const sides = {
  async ours() {
    class Root {}
    Module({ imports: [MonitorModule.forRoot({ maxSeries: 100_000, history: false })] })(Root);
    const app = await NestFactory.create(Root, { logger: false });
    await app.listen(0, '127.0.0.1');
    const monitor = app.get(MonitorService);
    const change = () => {
      for (let i = 0; i < counters; i++) {
        monitor.count(`requests_${Math.floor(i / PER_METRIC)}`, 1, labelsOf(i % PER_METRIC));
      }
      for (let i = 0; i < histograms; i++) {
        const name = `duration_${Math.floor(i / PER_METRIC)}_seconds`;
        for (const value of VALUES) monitor.observe(name, value, labelsOf(i % PER_METRIC));
      }
    };
    return { url: `http://127.0.0.1:${app.getHttpServer().address().port}/monitor/prometheus`, change };
  },

  async 'prom-client'() {
    // Without one, a worker does not answer the primary.
    new prom.AggregatorRegistry();
    const labelNames = ['method', 'route', 'status'];
    const memo = {};
    const metric = (Kind, name, more) => (memo[name] ??= new Kind({ name, help: name, labelNames, ...more }));
    const change = () => {
      for (let i = 0; i < counters; i++) {
        metric(prom.Counter, `requests_${Math.floor(i / PER_METRIC)}_total`).inc(labelsOf(i % PER_METRIC));
      }
      for (let i = 0; i < histograms; i++) {
        const name = `duration_${Math.floor(i / PER_METRIC)}_seconds`;
        const histogram = metric(prom.Histogram, name, { buckets: BUCKETS });
        for (const value of VALUES) histogram.observe(labelsOf(i % PER_METRIC), value);
      }
    };
    return { url: '', change };
  },
};

const stalls = watchStalls();
if (cluster.isPrimary) await runPrimary();
else await runWorker();

async function runPrimary() {
  const all = Array.from({ length: workers }, () => cluster.fork());
  const urls = await Promise.all(all.map(async (worker) => (await answerOf(worker, 'url')).answer));
  const registry = side === 'prom-client' ? new prom.AggregatorRegistry() : undefined;
  const url = registry === undefined ? urls[0] : await serve(registry);
  const ask = async (question) => {
    if (registry !== undefined) perform(question);
    const answers = await Promise.all(
      all.map((worker) => {
        worker.send({ question });
        return answerOf(worker, question);
      }),
    );
    const own = registry === undefined ? [] : [stalls.read()];
    process.send([...answers.map(({ answer }) => answer), ...own]);
  };
  process.on('message', (question) => void ask(question));
  process.on('disconnect', () => {
    for (const worker of all) worker.process.kill('SIGKILL');
    process.exit();
  });
  process.send(url);
}

/** Skips the messages that prom-client itself sends. */
async function answerOf(worker, question) {
  for (;;) {
    const [message] = await once(worker, 'message');
    if (message.question === question) return message;
  }
}

async function serve(registry) {
  const server = createServer((_request, response) => {
    void registry.clusterMetrics().then((text) => response.end(text));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}

async function runWorker() {
  const { url, change } = await sides[side]();
  change();
  process.on('message', ({ question }) => {
    if (question === undefined) return;
    if (question === 'change') change();
    perform(question);
    process.send({ question, answer: stalls.read() });
  });
  process.send({ question: 'url', answer: url });
}

function perform(question) {
  if (question === 'watch') stalls.start();
  if (question === 'stop') stalls.stop();
}
