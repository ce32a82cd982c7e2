import { HttpService } from '@nestjs/axios';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import got from 'got';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import * as http from 'node:http';
import { createSecureServer } from 'node:http2';
import * as https from 'node:https';
import type { AddressInfo, LookupFunction, Server, Socket } from 'node:net';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import supertest from 'supertest';
import { Agent, interceptors, request as undiciRequest, RetryAgent } from 'undici';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorService } from '../../src/index.js';
import { moduleOf } from '../support/app.js';
import { CERTIFICATE } from '../support/certificate.js';
import { eventually } from '../support/eventually.js';
import { outgoingTo, settled } from '../support/outgoing-calls.js';
import { NEEDS_IPV6, NEEDS_POSIX } from '../support/tools.js';

let app: INestApplicationContext;

beforeAll(async () => {
  app = await NestFactory.createApplicationContext(moduleOf({ imports: [MonitorModule.forRoot()] }), {
    logger: false,
  });
});
/** Open until all tests have ended: otherwise the system may give two of them the same port, and so the same series. */
const sockets: (Server | Socket)[] = [];

afterAll(async () => {
  await app.close();
  for (const socket of sockets) {
    if ('destroy' in socket) socket.destroy();
    else socket.close();
    if ('closeAllConnections' in socket) (socket as http.Server).closeAllConnections();
  }
});

async function listen(server: Server): Promise<string> {
  sockets.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nothing listens, since a connection of this process has its port. */
async function refusingHost(): Promise<string> {
  const [, port] = (await listen(createTcpServer())).split(':');
  const socket = connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return `127.0.0.1:${socket.localPort}`;
}

const LARGE = Buffer.alloc(4_000_000, 'x');

const answer: RequestListener = (request, response) => {
  request.resume();
  const path = request.url?.split('?')[0];
  if (path === '/redirect') response.writeHead(302, { location: '/users/7' }).end();
  else if (path === '/fails') response.writeHead(503).end('no');
  else if (path === '/nothing') response.writeHead(204).end();
  else if (path === '/unchanged') response.writeHead(304).end();
  else if (path === '/large') response.end(LARGE);
  else if (path === '/hangs-up') request.socket.destroy();
  else if (path === '/half')
    response.writeHead(200, { 'content-length': 10 }).write('half', () => request.socket.destroy());
  else if (path === '/hints')
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('ok'));
  else if (path !== '/never') response.end('ok');
};

const upstream = () => listen(http.createServer(answer));

/** A request by `node:http`, with its body read. */
function byHttp(url: string, options: http.RequestOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { get } = url.startsWith('https:') ? https : http;
    get(url, options, (response) => {
      response
        .resume()
        .on('end', () => resolve(response.statusCode ?? 0))
        .on('error', reject);
    }).on('error', reject);
  });
}

const CLIENTS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'fetch()': async (url) => (await fetch(url)).text(),
  'undici that is installed': async (url) => (await undiciRequest(url)).body.text(),
  'node:http': (url) => byHttp(url),
  axios: (url) => firstValueFrom(new HttpService().get(url, { validateStatus: () => true })),
  got: (url) => got(url, { throwHttpErrors: false, retry: { limit: 0 } }).text(),
  supertest: (url) => supertest(new URL(url).origin).get(new URL(url).pathname),
};

describe.each(Object.keys(CLIENTS))('requests by %s', (name) => {
  const send = CLIENTS[name] as (url: string) => Promise<unknown>;

  it('are counted by host, method and status, never by path, with their durations', async () => {
    const host = await upstream();
    await send(`http://${host}/users/1?secret=2`);
    await send(`http://${host}/users/2`);
    await send(`http://${host}/fails`);
    expect(await settled(app, host, 3)).toEqual({ requests: { 'GET 200': 2, 'GET 503': 1 }, errors: {} });
    const { responses, seconds, secondsToFirstByte } = await outgoingTo(app, host);
    expect(responses).toBe(3);
    expect(secondsToFirstByte).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThanOrEqual(secondsToFirstByte);
  });

  it('are counted with the kind of error where the connection is refused', async () => {
    const host = await refusingHost();
    await expect(Promise.resolve(send(`http://${host}/`))).rejects.toThrow();
    expect(await settled(app, host)).toEqual({ requests: { 'GET refused': 1 }, errors: { refused: 1 } });
  });

  it('are counted once when the other side hangs up', async () => {
    const host = await upstream();
    await expect(Promise.resolve(send(`http://${host}/hangs-up`))).rejects.toThrow();
    expect(await settled(app, host)).toEqual({ requests: { 'GET reset': 1 }, errors: { reset: 1 } });
  });
});

describe('what counts as one request', () => {
  it.each(['fetch()', 'axios', 'got'])(
    'a redirect is one, and what it leads to another: %s',
    async (name) => {
      const host = await upstream();
      await CLIENTS[name]?.(`http://${host}/redirect`);
      expect(await settled(app, host, 2)).toEqual({ requests: { 'GET 302': 1, 'GET 200': 1 }, errors: {} });
    },
  );

  it('each retry is one', async () => {
    const host = await upstream();
    await got(`http://${host}/fails`, {
      throwHttpErrors: false,
      retry: { limit: 2, calculateDelay: ({ attemptCount }) => (attemptCount > 2 ? 0 : 1) },
    });
    const agent = new RetryAgent(new Agent(), { maxRetries: 1, minTimeout: 1 });
    await expect(undiciRequest(`http://${host}/fails`, { dispatcher: agent })).rejects.toThrow();
    const { requests } = await settled(app, host, 4);
    expect(requests).toEqual({ 'GET 503': 5 });
  });

  it('keep-alive connections change nothing', async () => {
    const host = await upstream();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    await Promise.all([1, 2, 3, 4].map(() => byHttp(`http://${host}/`, { agent })));
    expect(await settled(app, host, 4)).toEqual({ requests: { 'GET 200': 4 }, errors: {} });
  });

  it('HTTP/2 by undici', async () => {
    const server = createSecureServer(CERTIFICATE, (request, response) => {
      response.writeHead(request.url === '/none' ? 404 : 200).end('ok');
    });
    const host = await listen(server);
    const dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
    onTestFinished(() => dispatcher.destroy());
    for (const path of ['/', '/', '/none']) {
      const { body } = await undiciRequest(`https://${host}${path}`, { dispatcher });
      await body.text();
    }
    expect(await settled(app, host, 3)).toEqual({ requests: { 'GET 200': 2, 'GET 404': 1 }, errors: {} });
  });

  it('a response whose body is not read, small or large', async () => {
    const host = await upstream();
    await fetch(`http://${host}/`);
    expect(await settled(app, host)).toEqual({ requests: { 'GET 200': 1 }, errors: {} });
    const large = await fetch(`http://${host}/large`);
    expect((await outgoingTo(app, host)).inFlight).toBe(1);
    await large.body?.cancel();
    expect(await settled(app, host, 2)).toEqual({ requests: { 'GET 200': 2 }, errors: { aborted: 1 } });
  });

  it('a response of node:http that is not read, when its connection ends', async () => {
    const server = http.createServer(answer);
    const host = await listen(server);
    await new Promise((resolve) => http.get(`http://${host}/`, resolve));
    expect((await outgoingTo(app, host)).inFlight).toBe(1);
    server.closeAllConnections();
    expect(await settled(app, host)).toEqual({ requests: { 'GET 200': 1 }, errors: {} });
  });

  it('destroy() before, during and after the response', async () => {
    const host = await upstream();
    const start = (path: string) => http.get(`http://${host}${path}`).on('error', () => {});
    start('/never').destroy();
    const waiting = start('/never');
    await once(waiting, 'socket');
    waiting.destroy();
    const unended = http.request(`http://${host}/never`).on('error', () => {});
    unended.destroy();
    const reading = start('/large');
    await once(reading, 'response');
    reading.destroy();
    const complete = start('/');
    const [response] = (await once(complete, 'response')) as [http.IncomingMessage];
    await once(response.resume(), 'end');
    complete.destroy();
    response.destroy();
    expect(await settled(app, host, 5)).toEqual({
      requests: { 'GET aborted': 3, 'GET 200': 2 },
      errors: { aborted: 4 },
    });
  });

  it('a response that ends too early, with its status and as an error', async () => {
    const host = await upstream();
    await expect(byHttp(`http://${host}/half`)).rejects.toThrow('aborted');
    await expect(CLIENTS['fetch()']?.(`http://${host}/half`)).rejects.toThrow('terminated');
    expect(await settled(app, host, 2)).toEqual({ requests: { 'GET 200': 2 }, errors: { reset: 2 } });
  });

  it('a response that is complete before the body of its request, which is ended later or never', async () => {
    const host = await upstream();
    for (const leave of ['end', 'destroy'] as const) {
      const request = http.request(`http://${host}/users`, { method: 'POST', agent: false });
      request.write('the beginning');
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      await once(request, 'close');
      request[leave]();
    }
    expect(await settled(app, host, 2)).toEqual({ requests: { 'POST 200': 2 }, errors: {} });
  });

  it('interim responses are not responses', async () => {
    const host = await upstream();
    await byHttp(`http://${host}/hints`);
    await CLIENTS['fetch()']?.(`http://${host}/hints`);
    await CLIENTS['undici that is installed']?.(`http://${host}/hints`);
    expect(await settled(app, host, 3)).toEqual({ requests: { 'GET 200': 3 }, errors: {} });
  });

  it('a connection that becomes a WebSocket, by node:http', async () => {
    const server = http.createServer().on('upgrade', (_request, socket: import('node:stream').Duplex) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n');
    });
    const host = await listen(server);
    const request = http.get(`http://${host}/`, { headers: { connection: 'Upgrade', upgrade: 'test' } });
    const [, socket] = (await once(request, 'upgrade')) as [unknown, import('node:net').Socket];
    expect(await settled(app, host)).toEqual({ requests: { 'GET 101': 1 }, errors: {} });
    socket.destroy();
  });

  it('a response without a body, and one that ends with its connection', async () => {
    const server = createTcpServer((socket) => {
      // Without a length, the body ends with the connection.
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nok'));
    });
    const closing = await listen(server);
    await byHttp(`http://${closing}/`);
    await CLIENTS['fetch()']?.(`http://${closing}/`);
    expect(await settled(app, closing, 2)).toEqual({ requests: { 'GET 200': 2 }, errors: {} });

    const host = await upstream();
    await byHttp(`http://${host}/`, { method: 'HEAD' });
    await byHttp(`http://${host}/nothing`);
    await byHttp(`http://${host}/unchanged`);
    expect(await settled(app, host, 3)).toEqual({
      requests: { 'HEAD 200': 1, 'GET 204': 1, 'GET 304': 1 },
      errors: {},
    });
  });

  it('a tunnel through a proxy, by node:http, with the host of the proxy', async () => {
    const server = http.createServer().on('connect', (_request, socket: import('node:stream').Duplex) => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    });
    const host = await listen(server);
    const request = http.request(`http://${host}`, { method: 'CONNECT', path: 'far.test:443' }).end();
    const [, socket] = (await once(request, 'connect')) as [unknown, import('node:net').Socket];
    expect(await settled(app, host)).toEqual({ requests: { 'CONNECT 200': 1 }, errors: {} });
    socket.destroy();
  });

  it('a complete response at whose end the application throws, by undici', async () => {
    const host = await upstream();
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    // undici reports the error after the end of the response.
    const failed = new Promise((resolve) =>
      agent.dispatch(
        { origin: `http://${host}`, path: '/', method: 'GET' },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData() {},
          onResponseEnd() {
            throw new Error('mine');
          },
          onResponseError: (_controller, error) => resolve(error),
        },
      ),
    );
    expect(await failed).toMatchObject({ message: 'mine' });
    expect(await settled(app, host)).toEqual({ requests: { 'GET 200': 1 }, errors: {} });
  });

  it('a request that goes on after its time limit, which the application only takes note of', async () => {
    const server = http.createServer();
    const host = await listen(server);
    const request = http.get(`http://${host}/`);
    const [[, response]] = (await Promise.all([
      once(server, 'request'),
      once(request.setTimeout(1), 'timeout'),
    ])) as [[unknown, http.ServerResponse], unknown];
    response.end('ok');
    const [answered] = (await once(request, 'response')) as [http.IncomingMessage];
    answered.resume();
    expect(await settled(app, host)).toEqual({ requests: { 'GET 200': 1 }, errors: {} });
  });

  it('a request whose headers are given as a list', async () => {
    const host = await upstream();
    const [hostname, port] = host.split(':') as [string, string];
    const headers = ['Accept', '*/*', 'Host', host];
    await new Promise<void>((resolve, reject) => {
      http
        .get({ hostname, port, headers }, (response) => response.resume().on('end', resolve))
        .on('error', reject);
    });
    expect(await settled(app, host)).toEqual({ requests: { 'GET 200': 1 }, errors: {} });
  });

  it('a method that is not among the usual ones, and a request through an interceptor of undici', async () => {
    const host = await upstream();
    await fetch(`http://${host}/`, { method: 'PROPFIND' });
    const dispatcher = new Agent().compose(interceptors.redirect({ maxRedirections: 1 }));
    await (await undiciRequest(`http://${host}/redirect`, { method: 'HEAD', dispatcher })).body.dump();
    expect(await settled(app, host, 3)).toEqual({
      requests: { '_OTHER 200': 1, 'HEAD 302': 1, 'HEAD 200': 1 },
      errors: {},
    });
  });
});

describe('a request whose Host header is that of a client, as a proxy forwards it, counts for where it is sent', () => {
  const FORWARDED = ['gateway.test', 'gateway.test:8080', '127.0.0.1:1', '127.0.0.1', '', 'not a host'];

  it.each<[string, (header: string) => http.RequestOptions]>([
    ['by the agent of Node', (host) => ({ headers: { host } })],
    ['by an agent of its own', (host) => ({ headers: { host }, agent: false })],
    ['with headers as a list', (host) => ({ headers: ['Accept', '*/*', 'Host', host] })],
  ])('%s', async (_how, options) => {
    const host = await upstream();
    // That of the application comes first: it must not make Node trust the others.
    for (const header of [host, ...FORWARDED]) await byHttp(`http://${host}/`, options(header));
    expect(await settled(app, host, 7)).toEqual({ requests: { 'GET 200': 7 }, errors: {} });
    for (const header of ['gateway.test:80', 'gateway.test:8080', '127.0.0.1:1', '127.0.0.1:80', 'unknown'])
      expect((await outgoingTo(app, header)).requests).toEqual({});
  });

  it('by TLS, and where nothing listens', async () => {
    const host = await listen(https.createServer(CERTIFICATE, answer));
    for (const header of FORWARDED)
      await byHttp(`https://${host}/`, { headers: { host: header }, rejectUnauthorized: false } as object);
    expect(await settled(app, host, 6)).toEqual({ requests: { 'GET 200': 6 }, errors: {} });
    const closed = await refusingHost();
    await expect(byHttp(`http://${closed}/`, { headers: { host: 'gateway.test' } })).rejects.toThrow();
    expect(await settled(app, closed)).toEqual({ requests: { 'GET refused': 1 }, errors: { refused: 1 } });
  });

  it.skipIf(NEEDS_IPV6.isMissing)(`to an IPv6 address${NEEDS_IPV6.reason}`, async () => {
    const server = http.createServer(answer);
    await once(server.listen(0, '::1'), 'listening');
    onTestFinished(() => void server.close());
    const host = `[::1]:${(server.address() as AddressInfo).port}`;
    await byHttp(`http://${host}/`);
    await byHttp(`http://${host}/`, { headers: { host: 'gateway.test' } });
    expect(await settled(app, host, 2)).toEqual({ requests: { 'GET 200': 2 }, errors: {} });
  });

  it('to two ports of one host at a time, over connections that are kept and waited for', async () => {
    const hosts = [await upstream(), await upstream()];
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const send = (host: string) => byHttp(`http://${host}/`, { agent, headers: { host: 'gateway.test' } });
    for (let round = 0; round < 3; round++) {
      const [first = '', second = ''] = hosts;
      const begun = [
        http.get(`http://${first}/never`, { agent }),
        http.get(`http://${second}/never`, { agent }),
      ];
      await Promise.all(
        begun.map(async (request) => {
          request.on('error', () => {});
          await once(request, 'socket');
        }),
      );
      const waiting = [send(second), send(first), send(second)];
      for (const request of begun) request.destroy();
      await Promise.all(waiting);
      await send(first);
      await send(second);
    }
    const [first = '', second = ''] = hosts;
    expect((await settled(app, first, 9)).requests).toEqual({ 'GET aborted': 3, 'GET 200': 6 });
    expect((await settled(app, second, 12)).requests).toEqual({ 'GET aborted': 3, 'GET 200': 9 });
  });

  it('by fetch() and undici', async () => {
    const host = await upstream();
    const headers = { host: 'gateway.test' };
    await (await fetch(`http://${host}/`, { headers })).text();
    await (await undiciRequest(`http://${host}/`, { headers })).body.dump();
    expect(await settled(app, host, 2)).toEqual({ requests: { 'GET 200': 2 }, errors: {} });
  });

  it('over a connection of the application, whose port is not known, by its host', async () => {
    const host = await upstream();
    const port = Number(host.split(':')[1]);
    const createConnection = () => connect(port, '127.0.0.1');
    await byHttp(`http://127.0.0.3:${port}/`, { createConnection });
    await byHttp(`http://127.0.0.3:${port}/`, { createConnection, headers: { host: 'gateway.test' } });
    expect((await settled(app, `127.0.0.3:${port}`)).requests).toEqual({ 'GET 200': 1 });
    expect((await settled(app, '127.0.0.3:80')).requests).toEqual({ 'GET 200': 1 });
  });

  it('and uses up none of the series of hosts', async () => {
    const other = await NestFactory.createApplicationContext(
      moduleOf({ imports: [MonitorModule.forRoot()] }),
      { logger: false },
    );
    onTestFinished(() => other.close());
    const host = await upstream();
    const port = host.split(':')[1];
    for (let n = 1; n <= 60; n++) {
      await byHttp(`http://${host}/`, { headers: { host: `client-${n}.test` } });
      await byHttp(`http://${host}/`, { headers: { host: `127.0.0.1:${n}` } });
    }
    await byHttp(`http://localhost:${port}/`, { family: 4 });
    expect((await settled(other, host, 120)).requests).toEqual({ 'GET 200': 120 });
    expect((await settled(other, `localhost:${port}`)).requests).toEqual({ 'GET 200': 1 });
  });
});

it.skipIf(NEEDS_POSIX.isMissing)(
  `a request over a Unix socket has the host "unix"${NEEDS_POSIX.reason}`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'monitor-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const socketPath = join(directory, 'docker.sock');
    const server = http.createServer(answer);
    await once(server.listen(socketPath), 'listening');
    onTestFinished(() => void server.close());
    const agent = new http.Agent({ socketPath } as http.AgentOptions);
    await byHttp('http://localhost/containers/json', { socketPath });
    await byHttp('http://docker/containers/json', { socketPath, agent: false });
    await byHttp('http://localhost/containers/json', { agent });
    expect(await settled(app, 'unix', 3)).toEqual({ requests: { 'GET 200': 3 }, errors: {} });
    for (const host of ['localhost:80', 'docker:80'])
      expect((await outgoingTo(app, host)).requests).toEqual({});
  },
);

describe('the kinds of errors', () => {
  it('dns: the host does not exist', async () => {
    await expect(fetch('http://nowhere.invalid/')).rejects.toThrow();
    await expect(byHttp('http://nowhere.invalid/')).rejects.toThrow();
    expect(await settled(app, 'nowhere.invalid:80', 2)).toEqual({
      requests: { 'GET dns': 2 },
      errors: { dns: 2 },
    });
  });

  it('tls: the certificate is not trusted', async () => {
    const host = await listen(https.createServer(CERTIFICATE, answer));
    await expect(fetch(`https://${host}/`)).rejects.toThrow();
    await expect(byHttp(`https://${host}/`)).rejects.toThrow();
    expect(await settled(app, host, 2)).toEqual({ requests: { 'GET tls': 2 }, errors: { tls: 2 } });
  });

  it('tls: the other side does not speak it', async () => {
    const host = await upstream();
    await expect(fetch(`https://${host}/`)).rejects.toThrow();
    await expect(byHttp(`https://${host}/`)).rejects.toThrow();
    expect(await settled(app, host, 2)).toEqual({ requests: { 'GET tls': 2 }, errors: { tls: 2 } });
  });

  it('timeout: the time that the application allows has passed', async () => {
    const host = await upstream();
    const url = `http://${host}/never`;
    // Milliseconds: long enough for a busy machine to have connected.
    const LIMIT = 1000;
    // undici does not publish the reason if it is not connected yet when the time has passed.
    await (await fetch(`http://${host}/`)).text();
    await expect(fetch(url, { signal: AbortSignal.timeout(LIMIT) })).rejects.toThrow();
    await expect(byHttp(url, { signal: AbortSignal.timeout(LIMIT) })).rejects.toThrow();
    await expect(undiciRequest(url, { headersTimeout: LIMIT })).rejects.toThrow();
    await expect(got(url, { timeout: { request: LIMIT }, retry: { limit: 0 } })).rejects.toThrow();
    await expect(firstValueFrom(new HttpService().get(url, { timeout: LIMIT }))).rejects.toThrow();
    const request = http.get(url, { timeout: LIMIT }).on('error', () => {});
    await once(request, 'timeout');
    request.destroy();
    expect(await settled(app, host, 7)).toEqual({
      requests: { 'GET 200': 1, 'GET timeout': 6 },
      errors: { timeout: 6 },
    });
  });

  it('aborted: the application has given up', async () => {
    const host = await upstream();
    const url = `http://${host}/never`;
    const abort = new AbortController();
    const calls = [fetch(url, { signal: abort.signal }), byHttp(url, { signal: abort.signal })];
    await eventually(async () => expect((await outgoingTo(app, host)).inFlight).toBe(2));
    abort.abort();
    await Promise.allSettled(calls);
    expect(await settled(app, host, 2)).toEqual({ requests: { 'GET aborted': 2 }, errors: { aborted: 2 } });
  });
});

describe('a template', () => {
  it('is a label of the requests that are sent within it, also later and at the same time', async () => {
    const host = await upstream();
    const monitor = app.get(MonitorService);
    const user = monitor.outgoing({ route: '/users/:id' }, async () => {
      await Promise.resolve();
      return fetch(`http://${host}/users/1`);
    });
    const other = monitor.outgoing({ route: '/other' }, () => CLIENTS['got']?.(`http://${host}/users/2`));
    const untouched = monitor.outgoing({ route: '/users/:id' }, () => got(`http://${host}/users/3`));
    expect(await untouched.text()).toBe('ok');
    await Promise.all([user, other, byHttp(`http://${host}/users/4`)]);
    expect(await settled(app, host, 4)).toEqual({
      requests: { 'GET 200 /users/:id': 2, 'GET 200 /other': 1, 'GET 200': 1 },
      errors: {},
    });
  });

  it('within another one replaces it there, and ends with its work, also if that throws or rejects', async () => {
    const host = await upstream();
    const monitor = app.get(MonitorService);
    const send = () => byHttp(`http://${host}/`);
    await monitor.outgoing({ route: '/outer' }, async () => {
      await monitor.outgoing({ route: '/inner' }, send);
      await send();
      await expect(
        monitor.outgoing({ route: '/rejects' }, async () => {
          await send();
          throw new Error('mine');
        }),
      ).rejects.toThrow('mine');
      expect(() =>
        monitor.outgoing({ route: '/throws' }, () => {
          throw new Error('mine');
        }),
      ).toThrow('mine');
      await send();
    });
    await send();
    expect((await settled(app, host, 5)).requests).toEqual({
      'GET 200 /inner': 1,
      'GET 200 /rejects': 1,
      'GET 200 /outer': 2,
      'GET 200': 1,
    });
  });

  it('that is invalid is left out, and the work is done', async () => {
    const host = await upstream();
    const monitor = app.get(MonitorService);
    const hostile = {
      get route(): string {
        throw new Error('hostile');
      },
    };
    for (const options of [undefined, {}, { route: '' }, { route: 'x'.repeat(201) }, { route: 7 }, hostile]) {
      expect(await monitor.outgoing(options as never, () => byHttp(`http://${host}/`))).toBe(200);
    }
    expect(await settled(app, host, 6)).toEqual({ requests: { 'GET 200': 6 }, errors: {} });
    expect(() =>
      monitor.outgoing({ route: '/' }, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });
});

it('does not count what a publisher sends, before and after it is sent by others', async () => {
  const host = await upstream();
  let published = 0;
  const publisher = async () => {
    await Promise.resolve();
    await fetch(`http://${host}/push`);
    await byHttp(`http://${host}/push`);
    published++;
  };
  const other = await NestFactory.createApplicationContext(
    moduleOf({ imports: [MonitorModule.forRoot({ publisher, publishInterval: 5 })] }),
    { logger: false },
  );
  onTestFinished(() => other.close());
  await eventually(() => expect(published).toBeGreaterThan(2));
  expect(await outgoingTo(other, host)).toMatchObject({ requests: {}, inFlight: 0 });
  await byHttp(`http://${host}/mine`);
  expect((await settled(other, host)).requests).toEqual({ 'GET 200': 1 });
  // Requests of a publisher meanwhile do not end the template.
  await other.get(MonitorService).outgoing({ route: '/mine' }, async () => {
    const before = published;
    await eventually(() => expect(published).toBeGreaterThan(before + 2));
    await byHttp(`http://${host}/mine`);
  });
  expect((await settled(other, host, 2)).requests).toEqual({ 'GET 200': 1, 'GET 200 /mine': 1 });
});

it('measures nothing with outgoing: false, and nothing after the application is closed', async () => {
  const off = await NestFactory.createApplicationContext(
    moduleOf({ imports: [MonitorModule.forRoot({ outgoing: false })] }),
    { logger: false },
  );
  onTestFinished(() => off.close());
  const closed = await NestFactory.createApplicationContext(
    moduleOf({ imports: [MonitorModule.forRoot()] }),
    { logger: false },
  );
  await closed.close();
  const host = await upstream();
  await off.get(MonitorService).outgoing({ route: '/' }, () => byHttp(`http://${host}/`));
  await settled(app, host);
  for (const other of [off, closed])
    expect(await outgoingTo(other, host)).toMatchObject({ requests: {}, inFlight: 0 });
});

it('does not make Node warn of too many listeners if there are many applications', async () => {
  const host = await upstream();
  const many = await Promise.all(
    Array.from({ length: 12 }, () =>
      NestFactory.createApplicationContext(
        moduleOf({ imports: [MonitorModule.forRoot({ history: false })] }),
        {
          logger: false,
        },
      ),
    ),
  );
  onTestFinished(async () => void (await Promise.all(many.map((one) => one.close()))));
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => void warnings.push(message);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  await byHttp(`http://${host}/`);
  for (const one of many) expect((await settled(one, host)).requests).toEqual({ 'GET 200': 1 });
  expect(warnings).toEqual([]);
});

it('gives all hosts beyond the first 100 one series', async () => {
  const other = await NestFactory.createApplicationContext(moduleOf({ imports: [MonitorModule.forRoot()] }), {
    logger: false,
  });
  onTestFinished(() => other.close());
  const host = await upstream();
  const port = host.split(':')[1];
  const lookup: LookupFunction = (_name, { all }, done) =>
    all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
  for (let n = 0; n < 130; n++) await byHttp(`http://host-${n}.test:${port}/`, { lookup });
  await eventually(async () => {
    const { counters, gauges } = await other.get(MonitorService).metrics();
    const series = Object.keys(counters).filter((name) => name.startsWith('http_client_requests{'));
    expect(series).toHaveLength(101);
    expect(counters['http_client_requests{overflow="true"}']).toBe(30);
    expect(gauges['http_client_requests_in_flight{overflow="true"}']).toBe(0);
  });
});
