/**
 * The CPU time of what the monitor does for one outgoing request, in microseconds: the messages of Node and undici are published
 * without sending anything. The lowest of several rounds, so that other load of the machine counts less.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule } from 'nestjs-monitor';
import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import process from 'node:process';

const [ROUNDS, REQUESTS] = [20, 20_000];

const undici = ['create', 'headers', 'trailers'].map((name) => channel(`undici:request:${name}`));
const [start, finish] = ['http.client.request.start', 'http.client.response.finish'].map((name) =>
  channel(name),
);

const SOURCES = {
  fetch: () => {
    const request = { origin: 'http://127.0.0.1:3000', method: 'GET', upgrade: null };
    const message = { request, response: { statusCode: 200 }, trailers: [] };
    for (const one of undici) one.publish(message);
  },
  http: () => {
    const request = new EventEmitter();
    Object.assign(request, {
      protocol: 'http:',
      host: '127.0.0.1',
      method: 'GET',
      getHeader: () => '127.0.0.1:3000',
    });
    request.res = { statusCode: 200, complete: true };
    start.publish({ request });
    finish.publish({ request, response: request.res });
    request.emit('close');
  },
};

/** @returns {Promise<Record<string, number>>} by client */
export async function listenerCosts() {
  class AppModule {}
  Module({ imports: [MonitorModule.forRoot({ history: false })] })(AppModule);
  const bare = measure();
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const measured = measure();
  await app.close();
  return Object.fromEntries(Object.keys(SOURCES).map((client) => [client, measured[client] - bare[client]]));
}

function measure() {
  return Object.fromEntries(
    Object.entries(SOURCES).map(([client, send]) => {
      const times = Array.from({ length: ROUNDS }, () => {
        const before = process.cpuUsage();
        for (let i = 0; i < REQUESTS; i++) send();
        return process.cpuUsage(before).user / REQUESTS;
      });
      return [client, Math.min(...times)];
    }),
  );
}
