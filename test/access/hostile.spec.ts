import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MonitorModule, MonitorPort, MonitorService } from '../../src/index.js';
import { ADAPTERS, adapterOf, moduleOf } from '../support/app.js';
import { sendRaw } from '../support/raw-http.js';
import { RecordingLogger } from '../support/recording-logger.js';
import type { HostileRequest } from './hostile-requests.js';
import { ADMITTED, REFUSED, TURNED_AWAY } from './hostile-requests.js';
import { first, present } from '../support/present.js';

const SCRAPE = ['Accept: application/openmetrics-text', 'Accept-Encoding: gzip'];

/** The paths and formats of the endpoint. Each request of the table is sent to all of them. */
const WAYS = [
  { path: '/monitor', headers: [] },
  { path: '/monitor', headers: SCRAPE },
  { path: '/monitor/prometheus', headers: [] },
  { path: '/monitor/prometheus', headers: SCRAPE },
];

/** Such as `/monitor` in `GET /monitor?reader=a HTTP/1.1`, and not that in `X-Original-URL: /monitor`. */
const PATH_IN_TARGET = /(?<= \S*)\/monitor(?=\S* )/;

describe.each(
  ADAPTERS.flatMap((adapter) => [
    [adapter, 'the port of the application', {}] as const,
    [adapter, 'a port of its own', { port: 0 }] as const,
  ]),
)('by its defaults, on %s, at %s,', (adapter, _where, options) => {
  const log = new RecordingLogger();
  let app: INestApplication;
  let port: number;
  let peer: string;
  /** How often the metrics have been read. */
  let gaugeCalls = 0;

  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === port) Object.defineProperty(socket, 'remoteAddress', { value: peer });
  };

  // One application for the whole table: no request may affect the next one.
  beforeAll(async () => {
    // The history reads the metrics every second by itself.
    const root = moduleOf({ imports: [MonitorModule.forRoot({ ...options, history: false })] });
    app = await NestFactory.create(root, adapterOf(adapter), { logger: log, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    port = Number(new URL(app.get(MonitorPort).url ?? (await app.getUrl())).port);
    app.get(MonitorService).gauge('gauge_calls', () => ++gaugeCalls);
    diagnostics.subscribe('net.server.socket', onSocket);
  });
  afterAll(async () => {
    diagnostics.unsubscribe('net.server.socket', onSocket);
    await app.close();
  });

  const send = ({ lines: [line, ...rest], ...request }: HostileRequest, { path, headers } = first(WAYS)) => {
    peer = request.peer ?? '127.0.0.1';
    const target = present(line).replace(PATH_IN_TARGET, path);
    return sendRaw(port, [target, ...rest, ...headers, 'Connection: close', '', ''].join('\r\n'));
  };

  it.each(REFUSED.map((request) => [request.name, request] as const))(
    'the monitor refuses %s',
    async (_name, request) => {
      const before = gaugeCalls;
      for (const way of WAYS) {
        const answer = await send(request, way);
        expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
        expect(answer).toMatch(/\r\n\r\nForbidden\n$/);
        const [line, ...rest] = request.lines;
        const head = await send({ ...request, lines: [present(line).replace('GET', 'HEAD'), ...rest] }, way);
        expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[^]*\r\n\r\n$/);
      }
      expect(gaugeCalls - before, 'no work is done for it').toBe(0);
    },
  );

  it.each(TURNED_AWAY.map((request) => [request.name, request] as const))(
    'no metrics are shown for %s',
    async (_name, request) => {
      const before = gaugeCalls;
      for (const way of WAYS) {
        const answer = await send(request, way);
        expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d [^]*)?$/);
        expect(answer).not.toMatch(/uptime|counters|process_|access-control/i);
      }
      expect(gaugeCalls - before, 'no work is done for it').toBe(0);
    },
  );

  it.each(ADMITTED.map((request) => [request.name, request] as const))(
    'the monitor answers %s',
    async (_name, request) => {
      const before = gaugeCalls;
      const answers: string[] = [];
      for (const way of WAYS) answers.push(await send(request, way));
      const [json, compressed, prometheus] = answers;
      for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(json).toContain('"uptime"');
      expect(compressed).toMatch(/^content-encoding: gzip\r$/im);
      expect(prometheus).toContain('\nprocess_');
      expect(gaugeCalls - before).toBe(WAYS.length);
    },
  );

  it('all of these leave one log line for each reason, with values from the client only as quoted text', () => {
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
