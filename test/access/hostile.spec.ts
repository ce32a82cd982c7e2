import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, adapterOf, moduleOf } from '../support/app.js';
import { sendRaw } from '../support/raw-http.js';
import { RecordingLogger } from '../support/recording-logger.js';
import type { HostileRequest } from './hostile-requests.js';
import { ADMITTED, REFUSED, TURNED_AWAY } from './hostile-requests.js';

describe.each(ADAPTERS)('by its defaults, on %s,', (adapter) => {
  const log = new RecordingLogger();
  let app: INestApplication;
  let port: number;
  let peer: string;

  // One application for the whole table: what one request does must not change what becomes of the next.
  beforeAll(async () => {
    app = await NestFactory.create(moduleOf({ imports: [MonitorModule.forRoot()] }), adapterOf(adapter), {
      logger: log,
      forceCloseConnections: true,
    });
    await app.listen(0, '127.0.0.1');
    port = Number(new URL(await app.getUrl()).port);
    (app.getHttpServer() as Server).on('connection', (socket: Socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: peer });
    });
  });
  afterAll(() => app.close());

  const send = (request: HostileRequest) => {
    peer = request.peer ?? '127.0.0.1';
    return sendRaw(port, [...request.lines, 'Connection: close', '', ''].join('\r\n'));
  };

  it.each(REFUSED.map((request) => [request.name, request] as const))(
    'the monitor refuses %s',
    async (_name, request) => {
      const answer = await send(request);
      expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
      expect(answer).toMatch(/\r\n\r\nForbidden\n$/);
    },
  );

  it.each(TURNED_AWAY.map((request) => [request.name, request] as const))(
    'nobody sees anything by %s',
    async (_name, request) => {
      const answer = await send(request);
      expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d [^]*)?$/);
      expect(answer).not.toMatch(/uptime|counters|access-control/i);
    },
  );

  it.each(ADMITTED.map((request) => [request.name, request] as const))(
    'the monitor answers %s',
    async (_name, request) => {
      const answer = await send(request);
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).toContain('"uptime"');
    },
  );

  it('all of that leaves one line in the log for each reason, and nothing that a client has chosen is more than quoted', () => {
    expect(log.errors).toEqual([]);
    expect(log.warnings.length).toBeGreaterThan(5);
    expect(log.warnings.length).toBeLessThan(10);
    for (const warning of log.warnings) {
      expect(warning).toMatch(/^The monitor refused a request: /);
      expect(warning.length).toBeLessThan(600);
      expect(warning).not.toMatch(/\p{Cc}/u);
    }
  });
});
