// The application that tests of several processes start in each of them: GET /work counts, GET /many makes series. A message of
// the primary makes its requests fail, or blocks its event loop.
import 'reflect-metadata';
import { Controller, Dependencies, Get, InternalServerErrorException, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

/**
 * @param {string} adapter `express` or `fastify`
 * @param {number} port
 * @param {object} options of the monitor
 * @param {object[]} imports more modules
 */
export async function startWork(adapter, port, options = {}, imports = []) {
  let isFailing = false;
  if (process.send !== undefined) {
    process.on('message', ({ block = 0, fail = isFailing }) => {
      isFailing = fail;
      const end = performance.now() + block;
      while (performance.now() < end);
    });
  }
  class Work {
    constructor(monitor) {
      this.monitor = monitor;
    }
    work({ count = '1', value }) {
      this.monitor.count('work', Number(count));
      if (isFailing) throw new InternalServerErrorException({ pid: process.pid });
      if (value !== undefined) {
        this.monitor.observe('size', Number(value));
        this.monitor.kv('level', Number(value));
      }
      return { pid: process.pid };
    }
    many({ series = '1000' }) {
      for (let i = 0; i < Number(series); i++) this.monitor.count('many', 1, { i, pid: process.pid });
      return {};
    }
  }
  Controller()(Work);
  Dependencies(MonitorService)(Work);
  for (const name of ['work', 'many']) {
    Get(name)(Work.prototype, name, Object.getOwnPropertyDescriptor(Work.prototype, name));
    Query()(Work.prototype, name, 0);
  }
  class Root {}
  Module({
    imports: [MonitorModule.forRoot({ maxSeries: 100_000, ...options }), ...imports],
    controllers: [Work],
  })(Root);
  const http = adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(Root, http, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  await app.listen(port, '127.0.0.1');
  return app;
}
