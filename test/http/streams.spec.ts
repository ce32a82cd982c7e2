import { Controller, Get, Res, Sse } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, get, request as sendRequest } from 'node:http';
import { createServer as createHttp2Server, connect } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { interval, map, take } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isStream } from '../../src/instrumentation/http/response-stream.js';
import { MonitorModule } from '../../src/index.js';
import type { AdapterResponse } from '../../src/index.js';
import type { TestApp } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';

function rawOf(response: AdapterResponse): ServerResponse {
  if (!('hijack' in response)) return response;
  response.hijack();
  return response.raw;
}

@Controller()
class Streams {
  @Sse('sse')
  sse() {
    return interval(5).pipe(map((data) => ({ data })));
  }

  @Sse('short')
  short() {
    return interval(1).pipe(
      take(2),
      map((data) => ({ data })),
    );
  }

  @Get('raw')
  raw(@Res() response: AdapterResponse) {
    const raw = rawOf(response);
    raw.writeHead(200, { 'Content-Type': 'text/event-stream' });
    raw.write('data: 1\n\n');
  }

  @Get('jpeg')
  jpeg(@Res() response: AdapterResponse) {
    const raw = rawOf(response);
    raw.setHeader('content-type', 'Multipart/X-Mixed-Replace; boundary=x');
    raw.write('--x');
  }

  @Get('list')
  list(@Res() response: AdapterResponse) {
    const raw = rawOf(response);
    raw.setHeader('content-type', 'application/x-ndjson');
    raw.write('{"text":"text/event-stream"}\n');
    raw.end('{}\n');
  }

  @Get('hello')
  hello() {
    return 'text/event-stream';
  }
}

/** Opens a stream, and waits for its first bytes. */
async function open(url: string): Promise<() => void> {
  const request = get(url);
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  response.on('error', () => {});
  await once(response, 'data');
  onTestFinished(() => void request.destroy());
  return () => request.destroy();
}

async function counted(running: TestApp) {
  const { counters, gauges } = await running.document();
  const requests = Object.entries(counters).flatMap(([name, value]) => {
    const route = /^http_requests\{.*route="([^"]+)"/.exec(name)?.[1];
    return route === undefined ? [] : [[route, value] as const];
  });
  return { requests: Object.fromEntries(requests), open: gauges.http_open_streams };
}

describe.each(ADAPTERS)('a stream on %s', (adapter) => {
  const start = () =>
    startApp(adapter, {
      imports: [MonitorModule.forRoot({ history: false })],
      controllers: [Streams],
    });

  it('is open until its client leaves, counts once then, and has no duration', async () => {
    const running = await start();
    expect((await counted(running)).open).toBe(0);
    const leave: (() => void)[] = [];
    for (const path of ['/sse', '/raw', '/jpeg']) leave.push(await open(running.url + path));
    for (const path of ['/list', '/hello']) await (await running.get(path)).text();
    expect(await counted(running)).toEqual({ requests: { '/list': 1, '/hello': 1 }, open: 3 });
    for (const close of leave) close();
    await (await running.get('/short')).text();
    await eventually(async () =>
      expect(await counted(running)).toEqual({
        requests: { '/sse': 1, '/raw': 1, '/jpeg': 1, '/short': 1, '/list': 1, '/hello': 1 },
        open: 0,
      }),
    );
    const text = await (await running.get('/monitor/prometheus')).text();
    const timed = Array.from(
      text.matchAll(/^http_server_request_duration_seconds_count\{.*http_route="([^"]+)"/gm),
      ([, route]) => route,
    );
    expect(new Set(timed)).toEqual(new Set(['/hello', '/list']));
    expect(text).toContain('\nhttp_server_open_streams 0\n');
  });

  it('of the monitor itself is not counted as one of the application', async () => {
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot()] });
    await open(`${running.url}/monitor/events`);
    expect((await counted(running)).open).toBe(0);
  });

  it('of the monitor itself is counted with http: { ownEndpoint: true }', async () => {
    const running = await startApp(adapter, {
      imports: [MonitorModule.forRoot({ http: { ownEndpoint: true } })],
    });
    await open(`${running.url}/monitor/events`);
    expect((await counted(running)).open).toBe(1);
  });
});

describe('a response of unknown length', () => {
  /** Responds with a `Date` of `sinceHead` seconds ago, and calls `isStream()` for `sinceRequest` seconds since the request. */
  async function isStreamAfter(
    sinceHead: number,
    sinceRequest: number,
    headers: Record<string, string> = {},
  ) {
    const answers: boolean[] = [];
    const server = createServer((request, response) => {
      response.setHeader('Date', new Date(Date.now() - sinceHead * 1000).toUTCString());
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.write('x');
      answers.push(isStream({ request, response, wrappedResponse: undefined }, sinceRequest));
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const client = sendRequest({ port: (server.address() as AddressInfo).port, agent: false }).end();
    const [response] = (await once(client, 'response')) as [NodeJS.ReadableStream];
    await once(response.resume(), 'end');
    return answers[0];
  }

  it.each<[string, boolean, number, number, Record<string, string>?]>([
    ['for more than 30 s after its head is a stream', true, 32, 40],
    ['for less than 30 s is not a stream', false, 20, 40],
    ['after a slow handler is not a stream', false, 0, 300],
    ['with a length is not a stream, however long it takes', false, 300, 300, { 'Content-Length': '1' }],
    ['with an invalid date is not a stream', false, 300, 300, { Date: 'yesterday' }],
    [
      'of a type that never ends is a stream from its head on',
      true,
      0,
      0,
      { 'Content-Type': 'text/event-stream' },
    ],
  ])('that is sent %s', async (_what, expected, sinceHead, sinceRequest, headers) => {
    expect(await isStreamAfter(sinceHead, sinceRequest, headers)).toBe(expected);
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['and has no length is a stream', {}, true],
    ['and has a length is not a stream', { 'Content-Length': '1' }, false],
    [
      'and has a length and a type that never ends is one',
      { 'Content-Length': '1', 'Content-Type': 'text/event-stream' },
      true,
    ],
  ])('that is sent for long over HTTP/1.0 and HTTP/2 %s', async (_what, headers, expected) => {
    const answers: Record<string, boolean> = {};
    const respond = (request: IncomingMessage, response: ServerResponse) => {
      const date = new Date(Date.now() - 300_000).toUTCString();
      if (request.url === '/set')
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.writeHead(200, request.url === '/set' ? { Date: date } : { Date: date, ...headers });
      response.write('x');
      const streamed = { request, response, wrappedResponse: undefined };
      answers[`${request.httpVersion} ${request.url}`] = isStream(streamed, 300);
      response.end();
    };
    const listen = async (server: Server) => {
      onTestFinished(() => void server.close());
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return (server.address() as AddressInfo).port;
    };
    const port = await listen(createServer(respond));
    const http2Port = await listen(
      createHttp2Server((request, response) => respond(request as never, response as never)),
    );
    const client = connect(`http://127.0.0.1:${http2Port}`);
    for (const path of ['/set', '/written']) {
      const socket = connectTcp(port, '127.0.0.1').end(`GET ${path} HTTP/1.0\r\n\r\n`);
      await once(socket.resume(), 'close');
      await once(client.request({ ':path': path }).resume(), 'end');
    }
    client.close();
    expect(answers).toEqual({
      '1.0 /set': expected,
      '1.0 /written': expected,
      '2.0 /set': expected,
      '2.0 /written': expected,
    });
  });

  it('is recognized over HTTP/2', async () => {
    const answers: boolean[] = [];
    const server = createHttp2Server((request, response) => {
      const type = request.url === '/events' ? 'text/event-stream' : 'text/plain';
      response.setHeader('Content-Type', type);
      response.write('x');
      const streamed = { request, response, wrappedResponse: undefined };
      answers.push(isStream(streamed as unknown as Parameters<typeof isStream>[0], 1));
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (const path of ['/events', '/list']) await once(client.request({ ':path': path }).resume(), 'end');
    client.close();
    expect(answers).toEqual([true, false]);
  });
});
