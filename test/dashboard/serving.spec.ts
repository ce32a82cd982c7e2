import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DashboardPage } from '../../src/endpoint/dashboard/dashboard.page.js';
import { ServiceName } from '../../src/endpoint/dashboard/service-name.js';
import type { MonitorOptions } from '../../src/index.js';
import { MonitorController, MonitorModule, MonitorOptionsError, MonitorPort } from '../../src/index.js';
import { ADAPTERS, startApp } from '../support/app.js';

/** What Chromium and Firefox send when a person opens an address. */
const BROWSERS = [
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
];
const [BROWSER = ''] = BROWSERS;
const FORWARDED = { 'X-Forwarded-For': '8.8.8.8' };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

describe.each(ADAPTERS)('the dashboard on %s', (adapter) => {
  const start = (options: MonitorOptions = {}) =>
    startApp(adapter, { imports: [MonitorModule.forRoot(options)] });

  /** All addresses in the HTML, absolute. */
  async function linksOf(page: string): Promise<string[]> {
    const html = await (await fetch(page)).text();
    return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => new URL(link, page).href);
  }

  it('is where the endpoint redirects a browser', async () => {
    const { url } = await start();
    for (const accept of BROWSERS) {
      const headers = { accept };
      const redirect = await fetch(`${url}/monitor`, { headers, redirect: 'manual' });
      expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'monitor/dashboard']);
      expect(redirect.headers.get('vary')).toMatch(/\bAccept\b/);
      const response = await fetch(`${url}/monitor`, { headers });
      expect(response.url).toBe(`${url}/monitor/dashboard`);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
  });

  it('shows the process that the address of the endpoint asks for', async () => {
    const { url } = await start();
    for (const [path, location] of [
      ['/monitor?process=4243', 'monitor/dashboard?process=4243'],
      ['/monitor/?process=web-1:1', 'dashboard?process=web-1%3A1'],
    ] as const) {
      const redirect = await fetch(url + path, { headers: { accept: BROWSER }, redirect: 'manual' });
      expect([redirect.status, redirect.headers.get('location')]).toEqual([302, location]);
    }
  });

  it('is not served to curl, a scraper, fetch() or a client that asks for JSON or names a reader', async () => {
    const { url } = await start();
    const typeOf = async (path: string, accept?: string) => {
      const response = await fetch(url + path, { headers: accept === undefined ? {} : { accept } });
      return `${response.status} ${response.headers.get('content-type')}`;
    };
    const json = '200 application/json; charset=utf-8';
    for (const accept of [
      undefined,
      '*/*',
      'application/json',
      'application/json, text/html',
      'text/html;q=0.5, */*',
    ])
      expect(await typeOf('/monitor', accept), accept).toBe(json);
    for (const path of ['/monitor?format=json', '/monitor?reader=me', '/monitor?reader=me&format=json'])
      expect(await typeOf(path, BROWSER), path).toBe(json);
    expect(await typeOf('/monitor?format=json', 'text/plain')).toBe(json);
    expect(await typeOf('/monitor', 'text/plain')).toMatch(/^200 text\/plain; version=0\.0\.4/);
  });

  it('answers a client that asks for an unsupported format with the supported ones', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/monitor?format=xml`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('"json"')]);
  });

  it('has the same guard as the metrics, on the page and each of its files', async () => {
    const { url } = await start();
    const links = await linksOf(`${url}/monitor/dashboard`);
    expect(links).toHaveLength(3);
    for (const link of [`${url}/monitor/dashboard`, `${url}/monitor/dashboard/nothing.js`, ...links])
      expect((await fetch(link, { headers: FORWARDED })).status, link).toBe(403);
    expect((await fetch(`${url}/monitor`, { headers: { ...FORWARDED, accept: BROWSER } })).status).toBe(403);
  });

  it('allows only its own files by its Content-Security-Policy, and has nothing inline', async () => {
    const running = await start();
    const response = await running.get('/monitor/dashboard');
    expect(response.headers.get('content-security-policy')).toBe(POLICY);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const html = await response.text();
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?:/i);
  });

  it('has files with a hash in their names, which a browser may cache for ever', async () => {
    const { url } = await start();
    for (const link of await linksOf(`${url}/monitor/dashboard`)) {
      const response = await fetch(link);
      const body = Buffer.from(await response.arrayBuffer());
      const hash = createHash('sha256').update(body).digest('base64url').slice(0, 8);
      expect(link).toMatch(/^http:[^"]+\/monitor\/dashboard\/[\w-]+\.(js|css|svg)$/);
      expect(link).toContain(`-${hash}.`);
      expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
      expect(body.includes('sourceMappingURL')).toBe(false);
      // A browser must not fetch anything from another server: no file may contain such a URL.
      expect(body.toString().match(/https?:\/\/(?!www\.w3\.org\/)[\w.]+/g) ?? []).toEqual([]);
    }
    const missing = await fetch(`${url}/monitor/dashboard/dashboard-00000000.js`);
    expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('no such file')]);
    for (const name of ['constructor', '__proto__', '..%2fpackage.json', '%00'])
      expect((await fetch(`${url}/monitor/dashboard/${name}`)).status, name).toBeGreaterThanOrEqual(400);
  });

  it('transfers at most 100 kB, and is not compressed for a client without gzip', async () => {
    const { url } = await start();
    const page = `${url}/monitor/dashboard`;
    const links = [page, ...(await linksOf(page))];
    const compressed = await Promise.all(links.map((link) => bodyOf(link, 'gzip')));
    const plain = await Promise.all(links.map((link) => bodyOf(link, 'identity')));
    const wire = compressed.reduce((sum, { length }) => sum + length, 0);
    expect(wire).toBeGreaterThan(20_000);
    expect(wire).toBeLessThanOrEqual(100_000);
    compressed.forEach((body, at) => expect(gunzipSync(body).equals(plain[at] ?? Buffer.of())).toBe(true));
  });

  it('answers HEAD with the headers alone', async () => {
    const running = await start();
    const { url } = running;
    const [asset = ''] = await linksOf(`${url}/monitor/dashboard`);
    for (const path of ['/monitor/dashboard', asset.slice(url.length)]) {
      const head = await running.get(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
  });

  it('is below another path, a global prefix and a trailing slash too', async () => {
    const { url } = await startApp(
      adapter,
      { imports: [MonitorModule.forRoot({ path: 'ops/health' })] },
      (app) => app.setGlobalPrefix('api/v2'),
    );
    const response = await fetch(`${url}/api/v2/ops/health`, { headers: { accept: BROWSER } });
    expect([response.status, response.url]).toEqual([200, `${url}/api/v2/ops/health/dashboard`]);
    for (const page of [response.url, `${response.url}/`]) {
      for (const link of await linksOf(page)) expect((await fetch(link)).status, link).toBe(200);
    }
  });

  it.each([{}, { port: 0 }])(
    'is where a browser is redirected from /monitor/ too, with %j',
    async (options) => {
      const running = await start(options);
      const monitor = running.app.get(MonitorPort).url ?? `${running.url}/monitor`;
      const response = await fetch(`${monitor}/`, { headers: { accept: BROWSER } });
      expect([response.status, response.url]).toEqual([200, `${monitor}/dashboard`]);
    },
  );

  it('is on the port of its own with the rest of the endpoint', async () => {
    const running = await start({ port: 0 });
    const monitor = running.app.get(MonitorPort).url ?? '';
    const response = await fetch(monitor, { headers: { accept: BROWSER } });
    expect([response.status, response.url]).toEqual([200, `${monitor}/dashboard`]);
    for (const link of await linksOf(response.url)) expect((await fetch(link)).status, link).toBe(200);
    expect((await running.get('/monitor/dashboard')).status).toBe(404);
  });

  it('is served with a MonitorController of the application too', async () => {
    class Mine extends MonitorController {}
    const { url } = await start({ controller: Mine });
    expect((await fetch(`${url}/monitor`, { headers: { accept: BROWSER } })).url).toBe(
      `${url}/monitor/dashboard`,
    );
  });

  it('is not served with dashboard: false, and a browser gets JSON', async () => {
    const { url } = await start({ dashboard: false });
    const response = await fetch(`${url}/monitor`, { headers: { accept: BROWSER } });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    expect((await fetch(`${url}/monitor/dashboard`)).status).toBe(404);
  });

  it('is not served without a history, and must not be asked for there', async () => {
    const running = await start({ history: false });
    expect((await running.get('/monitor/dashboard')).status).toBe(404);
    expect(() => MonitorModule.forRoot({ history: false, dashboard: true })).toThrow(
      'the option "dashboard" is true, but must be false or undefined when history is false: the page shows the history.',
    );
  });

  it('takes true and false as the option, and nothing else', () => {
    for (const dashboard of ['no', 0, null, {}])
      expect(() => MonitorModule.forRoot({ dashboard: dashboard as unknown as boolean })).toThrow(
        MonitorOptionsError,
      );
  });
});

describe('the name of the service', () => {
  it('is that of the package that was started, without its scope', async () => {
    expect(await new ServiceName(new URL('../../src/index.ts', import.meta.url).pathname).get()).toBe(
      'nestjs-monitor',
    );
  });

  it('is that of the host where no package.json has one', async () => {
    const { hostname } = await import('node:os');
    expect(await new ServiceName('/main.js').get()).toBe(hostname());
  });

  it('cannot add anything to the HTML, with any value', async () => {
    const hostile = `"><script>alert(1)</script>'&$&{{assets}}`;
    const named = { get: () => Promise.resolve(hostile) } as ServiceName;
    const html = await new DashboardPage(named, { blocks: false, profiles: true }).html('./');
    expect(html).not.toContain('<script>');
    expect(html).toContain(
      'content="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;$&amp;{{assets}}"',
    );
  });
});

/** The body as it is on the wire. */
function bodyOf(url: string, encoding: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { 'accept-encoding': encoding } }, (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => resolve(Buffer.concat(chunks)));
    });
    sent.on('error', reject).end();
  });
}
