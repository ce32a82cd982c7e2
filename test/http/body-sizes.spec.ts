import { Body, Controller, Get, HttpCode, Post, Res, StreamableFile } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as sendRequest } from 'node:http';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { AdapterResponse, MonitorOptions } from '../../src/index.js';
import { MonitorModule, MonitorService, parseSeriesName } from '../../src/index.js';
import type { TestApp } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';

const LONG = 'x'.repeat(5000);

@Controller()
class Cats {
  @Get('text') text() {
    return 'Kätzchen';
  }

  @Get('stream') stream() {
    return new StreamableFile(Readable.from([Buffer.from('abc'), Buffer.from('defgh')]));
  }

  @Get('none') @HttpCode(204) none() {
    return undefined;
  }

  @Get('zipped') zipped() {
    return LONG;
  }

  @Get('torn') torn(@Res() response: AdapterResponse) {
    if ('hijack' in response) response.hijack();
    const raw = 'hijack' in response ? response.raw : response;
    raw.write('abc');
    setImmediate(() => raw.destroy());
  }

  @Post('echo') @HttpCode(200) echo(@Body() body: object) {
    return body;
  }

  @Post('unread') unread() {
    return 'read';
  }
}

type End = (this: unknown, ...args: unknown[]) => unknown;

/** Replaces a method of the response, as compression middlewares do on Express. */
function compress(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (request.url === '/zipped') {
    const end = Reflect.get(response, 'end') as End;
    Reflect.set(response, 'end', function (this: unknown, chunk: string, ...others: unknown[]): unknown {
      const zipped = gzipSync(chunk);
      response.setHeader('Content-Length', zipped.length);
      return Reflect.apply(end, this, [zipped, ...others]);
    });
  }
  next();
}

let readers = 0;

/** The sums by method and route, such as `GET /text`. */
async function sizes({ app }: TestApp): Promise<Record<'request' | 'response', Record<string, number>>> {
  const { histograms } = await app.get(MonitorService).metrics(`reader-${++readers}`);
  const of = (metric: string) =>
    Object.fromEntries(
      Object.entries(histograms).flatMap(([series, { sum }]): [string, number][] => {
        const { name, labels } = parseSeriesName(series);
        return name === metric ? [[`${labels.method} ${labels.route}`, sum]] : [];
      }),
    );
  return { request: of('http_request_size'), response: of('http_response_size') };
}

describe.each(ADAPTERS)('the sizes of bodies on %s', (adapter) => {
  const start = (options: MonitorOptions = { http: { bodySizes: true } }) =>
    startApp(
      adapter,
      { imports: [MonitorModule.forRoot(options)], controllers: [Cats] },
      (app) => void (adapter === 'express' && app.use(compress)),
    );

  it('are the bytes that were sent, whoever sends them', async () => {
    const running = await start();
    for (const path of ['/text', '/stream', '/none']) await (await running.get(path)).text();
    await running.get('/text', { method: 'HEAD' });
    await (await running.get('/zipped')).arrayBuffer();
    await eventually(async () =>
      expect(await sizes(running)).toEqual({
        request: { 'GET /text': 0, 'GET /stream': 0, 'GET /none': 0, 'HEAD /text': 0, 'GET /zipped': 0 },
        response: {
          'GET /text': 9,
          'GET /stream': 8,
          'GET /none': 0,
          'HEAD /text': 0,
          'GET /zipped': adapter === 'express' ? gzipSync(LONG).length : LONG.length,
        },
      }),
    );
  });

  it('are those of requests with a length and without one, read and unread', async () => {
    const running = await start();
    const body = JSON.stringify({ name: 'Kätzchen' });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await running.get('/echo', { method: 'POST', headers, body });
    expect(await answer.text()).toBe(body);
    const chunked = sendRequest(`${running.url}/unread`, { method: 'POST', headers, agent: false });
    chunked.write('["0123456789",');
    chunked.end('1]');
    const [response] = (await once(chunked, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    await eventually(async () =>
      expect((await sizes(running)).request).toEqual({ 'POST /echo': 20, 'POST /unread': 16 }),
    );
    expect((await sizes(running)).response).toEqual({ 'POST /echo': 20, 'POST /unread': 4 });
  });

  it('are not those of a response that was not complete', async () => {
    const running = await start();
    await expect(running.get('/torn').then((response) => response.text())).rejects.toThrow();
    await eventually(async () => {
      const { counters } = await running.document();
      expect(counters['http_requests_aborted{method="GET",route="/torn"}']).toBe(1);
    });
    expect(await sizes(running)).toEqual({ request: {}, response: {} });
  });

  it('are exported in buckets of bytes', async () => {
    const running = await start();
    await (await running.get('/text')).text();
    const text = await (await running.get('/monitor/prometheus')).text();
    const series = 'http_request_method="GET",http_route="/text",http_response_status_code="200"';
    expect(text).toContain(`http_server_response_body_size_bytes_sum{${series}} 9`);
    expect(text).toContain(`http_server_request_body_size_bytes_bucket{${series},le="100"} 1`);
  });

  it('are not measured by default', async () => {
    const running = await start({});
    await (await running.get('/text')).text();
    expect(await sizes(running)).toEqual({ request: {}, response: {} });
  });
});
