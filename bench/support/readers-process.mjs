/** The process that `readers.mjs` starts: an application with very many series, which reports its memory to the parent. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

const PER_METRIC = 1000;
const series = Number(process.argv[2]);

class Ping {
  ping() {
    return 'pong';
  }
}
Get('ping')(Ping.prototype, 'ping', Object.getOwnPropertyDescriptor(Ping.prototype, 'ping'));
Controller()(Ping);
class Root {}
Module({ imports: [MonitorModule.forRoot({ maxSeries: 400_000 })], controllers: [Ping] })(Root);

const app = await NestFactory.create(Root, { logger: false });
const monitor = app.get(MonitorService);
for (let i = 0; i < series; i++) {
  const labels = {
    method: i % 2 ? 'GET' : 'POST',
    route: `/products/${(i % PER_METRIC) >> 1}/:id`,
    status: 200,
  };
  monitor.count(`requests_${Math.floor(i / PER_METRIC)}`, 1, labels);
}
await app.listen(0, '127.0.0.1');

let peak = 0;
setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10).unref();
process.on('disconnect', () => process.exit());
// The parent may have ended during the start.
if (!process.connected) process.exit();
process.on('message', (question) => {
  if (question === 'collect') {
    globalThis.gc();
    peak = 0;
  }
  process.send({ answer: { rss: process.memoryUsage.rss(), peak } });
});
process.send({ answer: await app.getUrl() });
