import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorService } from '../../src/index.js';
import { ADAPTERS, adapterOf, moduleOf } from '../support/app.js';
import { first } from '../support/present.js';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

describe.each(ADAPTERS)(
  'a pipelined request that an outer server passes on later to an application on %s',
  (adapter) => {
    it('counts as aborted, and is not in flight, when its client has disconnected meanwhile', async () => {
      const app = await NestFactory.create(
        moduleOf({ imports: [MonitorModule.forRoot()] }),
        adapterOf(adapter),
        {
          logger: false,
        },
      );
      onTestFinished(() => app.close());
      await app.init();
      const instance: unknown = app.getHttpAdapter().getInstance();
      const { ready, routing } = instance as { ready?: () => Promise<unknown>; routing?: Handle };
      await ready?.call(instance);
      const handle = routing ?? (instance as Handle);

      const held: [IncomingMessage, ServerResponse][] = [];
      let arrived: () => void = () => {};
      const bothArrived = new Promise<void>((resolve) => (arrived = resolve));
      const outer = createServer((request, response) => {
        if (held.push([request, response]) === 2) arrived();
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void outer.close());
      await once(outer, 'listening');
      const client = connect((outer.address() as AddressInfo).port, '127.0.0.1', () =>
        client.write('GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2)),
      );
      await bothArrived;
      const { socket } = first(held)[0];
      client.destroy();
      await once(socket, 'close');
      for (const [request, response] of held) handle(request, response);

      const monitor = app.get(MonitorService);
      await expect.poll(async () => (await monitor.metrics()).gauges.http_requests_in_flight).toBe(0);
      const { counters } = await monitor.metrics();
      const ended = Object.entries(counters).filter(([name]) => name.startsWith('http_requests{'));
      expect([counters.requests, ended]).toEqual([
        2,
        [['http_requests{method="GET",route="unmatched",status="aborted"}', 2]],
      ]);
    });
  },
);
