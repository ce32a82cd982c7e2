import { Controller, Get, Param } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { HttpOptions, MonitorOptions, ObservedRequest } from '../../src/index.js';
import { MonitorModule, MonitorOptionsError, MonitorService } from '../../src/index.js';
import type { TestApp } from '../support/app.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { watch } from './traffic.js';

@Controller()
class CatsController {
  @Get('cats')
  all(): string {
    return 'cats';
  }

  @Get('cats/:id')
  one(@Param('id') id: string): string {
    return id;
  }

  @Get('health')
  health(): string {
    return 'well';
  }
}

const hostile = new Proxy({}, { ownKeys: () => { throw new Error('hostile'); } }); // prettier-ignore

describe.each(ADAPTERS)('the http options on %s', (adapter) => {
  const start = (http: HttpOptions, options: MonitorOptions = {}): Promise<TestApp> =>
    startApp(adapter, {
      imports: [MonitorModule.forRoot({ ...options, http })],
      controllers: [CatsController],
    });

  it('exclude ignored routes from the metrics of routes, and count their requests', async () => {
    const running = await start({ ignore: ['/health', '/cats/*'] });
    for (const path of ['/health', '/cats/1', '/cats', '/nowhere']) await running.get(path);
    await expect
      .poll(async () => counters(running, 'http_requests{'))
      .toEqual({
        'http_requests{method="GET",route="/cats",status="200"}': 1,
        'http_requests{method="GET",route="unmatched",status="404"}': 1,
      });
    const { counters: all, histograms, gauges } = await running.app.get(MonitorService).metrics();
    expect(all).toMatchObject({ requests: 4, 'http_responses{class="2xx"}': 1 });
    expect(Object.keys(histograms).filter((name) => name.startsWith('http_request_duration'))).toHaveLength(
      2,
    );
    expect(gauges.http_requests_in_flight).toBe(0);
  });

  it('ignore a request only where the function returns true', async () => {
    const asked: string[] = [];
    const running = await start({
      ignore: ({ headers }, route) => {
        asked.push(route);
        if (route === '/health') throw new Error('cannot say');
        return headers['user-agent'] === 'probe' ? true : ('yes' as unknown as boolean);
      },
    });
    const seen = await watchAll(running, async () => {
      await running.get('/cats', { headers: { 'user-agent': 'probe' } });
      await running.get('/cats', { headers: { 'user-agent': 'browser' } });
      await running.get('/health');
    });
    expect(seen).toEqual({
      'http_requests{method="GET",route="/cats",status="200"}': 1,
      'http_requests{method="GET",route="/health",status="200"}': 1,
    });
    expect(asked).toEqual(['/cats', '/cats', '/health']);
    expect(running.log.warnings).toEqual([expect.stringContaining('cannot say')]);
  });

  it('do not ignore a request where the function returns a promise, even one that rejects', async () => {
    const running = await start({
      ignore: (() => Promise.reject(new Error('too\nlate'))) as unknown as HttpOptions['ignore'],
    });
    const seen = await watch(running.app, () => running.get('/cats'));
    expect(seen.requests).toEqual(['GET /cats 200']);
    expect(running.log.warnings).toEqual([
      expect.stringMatching(/^The option http.ignore returned or threw .*too.*late.*$/),
    ]);
  });

  it('may be methods of a class', async () => {
    class Http implements HttpOptions {
      readonly #ignored = '/health';

      ignore(_request: ObservedRequest, route: string): boolean {
        return route === this.#ignored;
      }

      labels() {
        return { not: this.#ignored };
      }
    }
    const running = await start(new Http());
    await running.get('/health');
    const seen = await watchAll(running, () => running.get('/cats'));
    expect(seen).toEqual({ 'http_requests{method="GET",not="/health",route="/cats",status="200"}': 1 });
  });

  it('add labels of the application, made from the request and response of its handlers', async () => {
    const running = await start({
      labels(request: ObservedRequest & { query?: { tenant?: string } }, response) {
        return { tenant: request.query?.tenant, ok: response.statusCode < 400, method: 'mine' };
      },
    });
    const seen = await watch(running.app, () => running.get('/cats?tenant=acme'));
    expect(seen.requests).toEqual(['GET /cats 200 ok=true tenant=acme']);
  });

  it.each<[string, () => unknown]>([
    ['too many', () => Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`l${i}`, i]))],
    ['no object', () => 'labels'],
    ['a promise', () => Promise.resolve({ a: 1 })],
    ['a promise that rejects', () => Promise.reject(new Error('no labels'))],
    ['nothing', () => undefined],
    ['an object that throws', () => hostile],
    ['an exception', () => { throw new Error('no labels'); }], // prettier-ignore
  ])('count a request without labels of the application when they are %s', async (_what, labels) => {
    const running = await start({ labels: labels as HttpOptions['labels'] });
    const seen = await watch(running.app, async () => {
      await running.get('/cats');
      await running.get('/cats');
    });
    expect(seen.requests).toEqual(['GET /cats 200', 'GET /cats 200']);
    expect(running.log.warnings).toEqual([
      expect.stringMatching(/^The option http.labels returned or threw .*$/),
    ]);
  });

  it('limit the series of the labels of the application as for any metric', async () => {
    const running = await start({ labels: ({ url }) => ({ url }) }, { maxSeries: 10 });
    for (let i = 0; i < 20; i++) await running.get(`/cats?${i}`);
    await expect.poll(async () => Object.keys(await counters(running, 'http_requests{')).length).toBe(6);
    expect(await counters(running, 'http_requests{overflow')).toEqual({
      'http_requests{overflow="true"}': 15,
    });
  });

  it('have exact counts of the buckets of the application in the document', async () => {
    const running = await start({ buckets: [30, 60] });
    await running.get('/cats');
    const series = 'http_request_duration{method="GET",route="/cats",status="200"}';
    await expect
      .poll(async () => (await running.app.get(MonitorService).metrics()).histograms[series]?.buckets)
      .toEqual([
        ['30', 1],
        ['60', 1],
        ['+Inf', 1],
      ]);
  });
});

describe('the http options', () => {
  it.each<[string, unknown]>([
    ['http', null],
    ['http', []],
    ['http.ignore', '/health'],
    ['http.ignore', [1]],
    ['http.ignore', ['']],
    ['http.buckets', []],
    ['http.buckets', [2, 1]],
    ['http.buckets', [Number.NaN]],
    ['http.labels', { a: 1 }],
    ['http.routes', []],
  ])('throw where %s is %j', (option, value) => {
    const [group = '', member] = option.split('.');
    const options = { [group]: member === undefined ? value : { [member]: value } };
    let error: unknown;
    try {
      MonitorModule.forRoot(options as MonitorOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MonitorOptionsError);
    expect(error).toMatchObject({ option, value });
  });
});

async function counters(running: TestApp, prefix: string): Promise<Record<string, number>> {
  const { counters: all } = await running.app.get(MonitorService).metrics();
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(prefix)));
}

/** The counters of requests after a step, when none is in flight any more. */
async function watchAll(running: TestApp, step: () => Promise<unknown>): Promise<Record<string, number>> {
  await step();
  const inFlight = async () =>
    (await running.app.get(MonitorService).metrics()).gauges.http_requests_in_flight;
  await expect.poll(inFlight).toBe(0);
  return counters(running, 'http_requests{');
}
