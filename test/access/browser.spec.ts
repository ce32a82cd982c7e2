import { Controller, Get, Header } from '@nestjs/common';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { needs } from '../support/tools.js';

const CHROMIUM = needs('chromium');

/** A host name whose owner can change the address at any time. Here it is 127.0.0.1 from the start. */
const EVIL = 'evil.example.com';

/** What a page can do to have its browser ask for a `url`, beside `fetch()`. */
const ATTACKS = {
  'an image': 'new Image().src = url',
  'a script': "document.head.append(Object.assign(document.createElement('script'), { src: url }))",
  'a style sheet':
    "document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url }))",
  'a frame': "document.querySelector('iframe').src = url",
  'a frame without an origin': `
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.srcdoc = '<script>fetch("' + url + '")</' + 'script>';
    document.body.append(frame)`,
  'a link': 'location.href = url',
  'a new window': 'open(url)',
  'a form': `
    const form = Object.assign(document.createElement('form'), { action: url, target: 'frame' });
    document.body.append(form);
    form.submit()`,
  'a form that is posted': `
    const form = document.createElement('form');
    Object.assign(form, { action: url, method: 'post', enctype: 'text/plain', target: 'frame' });
    document.body.append(form);
    form.submit()`,
  'a beacon': "navigator.sendBeacon(url, 'x')",
  'a worker': `
    const source = new Blob(['fetch("' + url + '")'], { type: 'text/javascript' });
    new Worker(URL.createObjectURL(source))`,
};

@Controller()
class HomeController {
  @Get()
  @Header('Content-Type', 'text/html')
  home(): string {
    return '<!doctype html><title>Home</title>';
  }
}

describe.skipIf(CHROMIUM.isMissing)(`a real Chromium on the machine of the monitor${CHROMIUM.reason}`, () => {
  let browser: Browser;
  let evil: Server;
  let evilUrl: string;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM.path,
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-gpu',
        `--host-resolver-rules=MAP *.example.com 127.0.0.1`,
      ],
    });
    evil = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Evil</title><iframe name="frame"></iframe>');
    }).listen(0, '127.0.0.1');
    await once(evil, 'listening');
    evilUrl = `http://${EVIL}:${(evil.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await browser?.close();
    evil?.close();
  });

  describe.each(ADAPTERS)('with the application on %s', (adapter) => {
    async function start() {
      // The worst case: the application lets pages of all origins read what it answers.
      const running = await startApp(
        adapter,
        { imports: [MonitorModule.forRoot()], controllers: [HomeController] },
        (app) => app.enableCors({ origin: true, credentials: true }),
      );
      const asked: { method: string; status: number }[] = [];
      const server = running.app.getHttpServer() as Server;
      const url = `http://127.0.0.1:${running.port}/monitor`;
      server.on('request', ({ method = '', url: path }: IncomingMessage, response: ServerResponse) => {
        if (path?.startsWith('/monitor')) {
          response.once('close', () => asked.push({ method, status: response.statusCode }));
        }
      });
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      /** Waits until the monitor has received this many requests. @returns the statuses of its responses. */
      const answers = async (count: number) => {
        await expect.poll(() => asked.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
        return asked;
      };
      return { ...running, page, url, answers };
    }

    /** Sends a request from the page. @returns what the page can read of the response. */
    const fetchFrom = (page: Page, url: string, init: RequestInit) =>
      page.evaluate(
        async ([target, options]) => {
          try {
            const response = await fetch(target, options);
            return `${response.type} ${response.status} ${await response.text()}`;
          } catch (error) {
            return (error as Error).name;
          }
        },
        [url, init] as const,
      );

    it('shows the document at its address, and to a page of the same origin', async () => {
      const { page, port } = await start();
      for (const host of ['127.0.0.1', 'localhost', 'app.localhost']) {
        const url = `http://${host}:${port}`;
        const response = await page.goto(`${url}/monitor`);
        expect(response?.status(), host).toBe(200);
        await page.goto(url);
        expect(await fetchFrom(page, '/monitor', {})).toMatch(/^basic 200 .*"uptime"/);
      }
    });

    it('gets nothing by fetch() from a page of another origin, whatever it sends', async () => {
      const { page, url, answers } = await start();
      await page.goto(evilUrl);
      const inits: RequestInit[] = [
        {},
        { mode: 'no-cors' },
        { credentials: 'include' },
        { headers: { 'X-Forwarded-For': '127.0.0.1', Authorization: 'Bearer x' } },
        { method: 'HEAD' },
        { referrerPolicy: 'no-referrer' },
      ];
      for (const init of inits) {
        const seen = await fetchFrom(page, url, init);
        // The no-cors request fails completely, because of Cross-Origin-Resource-Policy.
        expect(['cors 403 Forbidden\n', 'cors 403 ', 'TypeError']).toContain(seen);
      }
      const gets = (await answers(inits.length)).filter(({ method }) => method !== 'OPTIONS');
      expect(gets.map(({ status }) => status)).toEqual(inits.map(() => 403));
    });

    it.each(Object.entries(ATTACKS))(
      'gets nothing by %s in a page of another origin',
      async (_name, attack) => {
        const { page, url, answers } = await start();
        await page.goto(evilUrl);
        await page.evaluate(`{ const url = ${JSON.stringify(url)}; ${attack}; }`);
        for (const { method, status } of await answers(1)) expect(status).toBe(method === 'POST' ? 404 : 403);
      },
    );

    it('gets nothing in a page that uses DNS rebinding', async () => {
      const { page, port, answers } = await start();
      await page.goto(`http://${EVIL}:${port}/`);
      expect(await page.title()).toBe('Home');
      expect(await fetchFrom(page, '/monitor', {})).toBe('basic 403 Forbidden\n');
      expect((await page.goto(`http://${EVIL}:${port}/monitor`))?.status()).toBe(403);
      expect((await answers(2)).map(({ status }) => status)).toEqual([403, 403]);
    });
  });
});
