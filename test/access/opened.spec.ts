import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MonitorOptions } from '../../src/index.js';
import { MonitorModule } from '../../src/index.js';
import { ADAPTERS, adapterOf, moduleOf, startApp } from '../support/app.js';
import { simulatePeer } from '../support/peers.js';
import { sendRaw, statusesOf } from '../support/raw-http.js';

const TOKEN = 'bWFueS1ob3Vycy1hdC1zZWE9';

interface Asking {
  peer?: string;
  /** The address of the server that the client connected to. */
  at?: string;
  headers?: string[];
}

describe.each(ADAPTERS)('on %s', (adapter) => {
  async function start(options: MonitorOptions) {
    const peers: { peer?: string; at?: string } = {};
    const running = await startApp(adapter, { imports: [MonitorModule.forRoot(options)] }, (app) => {
      const server = app.getHttpServer() as NodeJS.EventEmitter;
      server.on('connection', (socket: object) => {
        Object.defineProperty(socket, 'remoteAddress', { value: peers.peer });
        if (peers.at) Object.defineProperty(socket, 'localAddress', { value: peers.at });
      });
    });
    const ask = async ({ peer = '127.0.0.1', at, headers = [] }: Asking) => {
      Object.assign(peers, { peer, at });
      const hosted = headers.some((header) => /^host:/i.test(header))
        ? headers
        : ['Host: localhost', ...headers];
      const lines = ['GET /monitor HTTP/1.1', ...hosted, 'Connection: close', '', ''];
      return statusesOf(await sendRaw(running.port, lines.join('\r\n')))[0];
    };
    return { ...running, ask };
  }

  describe('the option allow', () => {
    it('allows clients from its networks whose Host is the address that they connected to', async () => {
      const { ask } = await start({ allow: ['10.0.0.0/8', '192.168.7.7', 'fd00::/8'] });
      const at = '10.9.9.9';
      const headers = ['Host: 10.9.9.9:3000'];
      for (const peer of ['10.0.0.1', '10.255.255.255', '::ffff:10.0.0.1', '192.168.7.7', '127.0.0.1']) {
        const own = peer === '127.0.0.1' ? {} : { at, headers };
        expect(await ask({ peer, ...own }), peer).toBe(200);
      }
      expect(await ask({ peer: 'fd12::1', at: 'fd12::9', headers: ['Host: [fd12:0:0::9]:3000'] })).toBe(200);
      expect(await ask({ peer: '::ffff:10.0.0.1', at: '::ffff:10.9.9.9', headers })).toBe(200);
      for (const peer of [
        '9.255.255.255',
        '11.0.0.0',
        '192.168.7.8',
        'fe80::1',
        '::ffff:11.0.0.1',
        '8.8.8.8',
      ]) {
        expect(await ask({ peer, at, headers }), peer).toBe(403);
      }
    });

    it('refuses those clients if the Host is a name that DNS may have pointed here', async () => {
      const { ask } = await start({ allow: ['10.0.0.0/8'] });
      for (const host of [
        'evil.example.com',
        '10.9.9.8',
        '10.9.9.9.nip.io',
        '0.0.0.0',
        '[::ffff:10.9.9.8]',
        '8.8.8.8',
      ]) {
        expect(await ask({ peer: '10.0.0.1', at: '10.9.9.9', headers: [`Host: ${host}`] }), host).toBe(403);
      }
    });

    it('refuses loopback clients whose Host is the address of this machine, since they may be a proxy', async () => {
      const { ask } = await start({ allow: ['10.0.0.0/8'] });
      expect(await ask({ at: '10.9.9.9', headers: ['Host: 10.9.9.9'] })).toBe(403);
    });

    it('allows a client behind proxies if every hop is allowed', async () => {
      const { ask } = await start({ allow: ['10.0.0.0/8'], allowedHosts: ['app.internal'] });
      const through = (...headers: string[]) =>
        ask({ peer: '10.0.0.5', headers: ['Host: app.internal', ...headers] });
      expect(await through('X-Forwarded-For: 10.1.1.1, 10.0.0.7')).toBe(200);
      expect(await through('Forwarded: for=10.1.1.1;proto=https, for="127.0.0.1:80"')).toBe(200);
      expect(await through('X-Real-IP: 10.1.1.1')).toBe(200);
      expect(await through('X-Forwarded-For: 8.8.8.8, 10.0.0.7')).toBe(403);
      expect(await through('X-Forwarded-For: 10.1.1.1', 'X-Real-IP: 8.8.8.8')).toBe(403);
      expect(await through('X-Forwarded-For: 10.0.0.0/8')).toBe(403);
      expect(await through('X-Forwarded-Proto: https')).toBe(403);
      expect(
        await ask({ peer: '8.8.8.8', headers: ['Host: app.internal', 'X-Forwarded-For: 10.1.1.1'] }),
      ).toBe(403);
    });

    it('never matches IPv4 addresses with an IPv6 network; a network of all addresses allows all clients', async () => {
      const six = await start({ allow: ['::/0'], allowedHosts: ['app'] });
      const headers = ['Host: app'];
      expect(await six.ask({ peer: '::ffff:8.8.8.8', headers })).toBe(403);
      expect(await six.ask({ peer: '2001:db8::1', headers })).toBe(200);
      expect(six.log.warnings[0]).toContain('all addresses (/0)');
      const four = await start({ allow: ['0.0.0.0/0'], allowedHosts: ['app'] });
      expect(await four.ask({ peer: '::ffff:8.8.8.8', headers })).toBe(200);
      expect(await four.ask({ peer: '2001:db8::1', headers })).toBe(403);
    });

    it('refuses pages of other origins', async () => {
      const { ask } = await start({ allow: ['10.0.0.0/8'] });
      const page = (...headers: string[]) =>
        ask({ peer: '10.0.0.1', at: '10.9.9.9', headers: ['Host: 10.9.9.9:3000', ...headers] });
      expect(await page('Origin: http://10.9.9.9:3000', 'Sec-Fetch-Site: same-origin')).toBe(200);
      expect(await page('Origin: http://evil.example.com')).toBe(403);
      expect(await page('Sec-Fetch-Site: cross-site')).toBe(403);
    });
  });

  describe('allow: unix', () => {
    async function listenOnSocket(allow: string[]) {
      const path = join(tmpdir(), `monitor-${randomUUID()}.sock`);
      const app = await NestFactory.create(
        moduleOf({ imports: [MonitorModule.forRoot({ allow })] }),
        adapterOf(adapter),
        { logger: false, forceCloseConnections: true },
      );
      onTestFinished(() => app.close());
      await app.listen(path);
      return async (...headers: string[]) => {
        const lines = ['GET /monitor HTTP/1.1', ...headers, 'Connection: close', '', ''];
        return statusesOf(await sendRaw(path, lines.join('\r\n')))[0];
      };
    }

    it('allows clients of a Unix socket whose request looks like one of a local client', async () => {
      const ask = await listenOnSocket(['unix']);
      expect(await ask('Host: localhost')).toBe(200);
      expect(await ask('Host: localhost', 'X-Forwarded-For: 127.0.0.1')).toBe(200);
      expect(await ask('Host: localhost', 'X-Forwarded-For: 8.8.8.8')).toBe(403);
      expect(await ask('Host: localhost', 'X-Forwarded-Proto: https')).toBe(403);
      expect(await ask('Host: evil.example.com')).toBe(403);
      expect(await (await listenOnSocket(['10.0.0.0/8']))('Host: localhost')).toBe(403);
    });

    it('does not mistake a TCP connection without an address, because it was reset, for a Unix socket', async () => {
      const running = await startApp(
        adapter,
        { imports: [MonitorModule.forRoot({ allow: ['unix'] })] },
        (app) => simulatePeer(app, undefined),
      );
      const answer = await sendRaw(running.port, 'GET /monitor HTTP/1.0\r\nHost: localhost\r\n\r\n');
      expect(statusesOf(answer)).toEqual([403]);
    });
  });

  describe('allowedHosts', () => {
    it('are accepted as Host, with any port and in any spelling', async () => {
      const { ask } = await start({ allowedHosts: ['Monitor.Example.com', '10.0.0.5', '[fd00::5]'] });
      for (const host of [
        'monitor.example.com',
        'MONITOR.example.com:8080',
        '10.0.0.5:1',
        '[FD00::5]:3000',
        'localhost',
      ]) {
        expect(await ask({ headers: [`Host: ${host}`] }), host).toBe(200);
      }
      for (const host of [
        'example.com',
        'x.monitor.example.com',
        'monitor.example.com.',
        '10.0.0.6',
        '[fd00::6]',
      ]) {
        expect(await ask({ headers: [`Host: ${host}`] }), host).toBe(403);
      }
    });

    it('include the option host', async () => {
      const { ask } = await start({ host: 'Ops.example.com' });
      expect(await ask({ headers: ['Host: Ops.example.com'] })).toBe(200);
      expect(await ask({ headers: ['Host: localhost'] })).toBe(404);
      const tenants = await start({ host: ':tenant.example.com', allowedHosts: ['a.example.com'] });
      expect(await tenants.ask({ headers: ['Host: a.example.com'] })).toBe(200);
      expect(await tenants.ask({ headers: ['Host: evil.example.com'] })).toBe(403);
    });

    it('do not allow clients of other machines', async () => {
      const { ask } = await start({ allowedHosts: ['monitor.example.com'] });
      expect(await ask({ peer: '8.8.8.8', headers: ['Host: monitor.example.com'] })).toBe(403);
    });
  });

  describe('a token', () => {
    const bearer = (token: string) => `Authorization: Bearer ${token}`;

    it.each(['forRoot', 'forRootAsync'])(
      'allows any client that sends it, through any proxy, by %s()',
      async (way) => {
        const options = { token: TOKEN };
        const running = await startApp(
          adapter,
          {
            imports: [
              way === 'forRoot'
                ? MonitorModule.forRoot(options)
                : MonitorModule.forRootAsync({ useFactory: () => Promise.resolve(options) }),
            ],
          },
          (app) => simulatePeer(app, '203.0.113.7'),
        );
        const ask = async (...headers: string[]) => {
          const lines = [
            'GET /monitor HTTP/1.1',
            'Host: monitor.example.com',
            ...headers,
            'Connection: close',
            '',
            '',
          ];
          return statusesOf(await sendRaw(running.port, lines.join('\r\n')))[0];
        };
        expect(await ask(bearer(TOKEN))).toBe(200);
        expect(await ask(`authorization: bearer  ${TOKEN}`)).toBe(200);
        expect(await ask(bearer(TOKEN), 'X-Forwarded-For: 8.8.8.8', 'Via: 1.1 proxy', 'CF-Ray: 1')).toBe(200);
        expect(await ask()).toBe(403);
      },
    );

    it.each([
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN.toLowerCase()}`,
      `Bearer x${TOKEN}`,
      `Bearer ${TOKEN} x`,
      `Bearer ${TOKEN},${TOKEN}`,
      `Bearer "${TOKEN}"`,
      `Bearer${TOKEN}`,
      `Bearer\t${TOKEN}`,
      `Basic ${TOKEN}`,
      `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}`,
      `Token ${TOKEN}`,
      TOKEN,
      'Bearer',
      'Bearer ',
      'Bearer =',
      '',
      'Bearer undefined',
      `Bearer ${'x'.repeat(10_000)}`,
      `Bearer ${' '.repeat(10_000)}x`,
      `Bearer ${'='.repeat(10_000)}x`,
    ])('is not %s, which is refused wherever it comes from', async (authorization) => {
      const { ask, log } = await start({ token: TOKEN });
      for (const peer of ['8.8.8.8', '127.0.0.1']) {
        expect(await ask({ peer, headers: [`Authorization: ${authorization}`] })).toBe(403);
      }
      expect(log.warnings).toHaveLength(1);
    });

    it('is refused when it is sent twice, or together with another one', async () => {
      const { ask } = await start({ token: TOKEN });
      expect(await ask({ headers: [bearer(TOKEN), bearer(TOKEN)] })).toBe(403);
      expect(await ask({ headers: [bearer(TOKEN), bearer('x'.repeat(24))] })).toBe(403);
      expect(await ask({ headers: [bearer('x'.repeat(24)), bearer(TOKEN)] })).toBe(403);
    });

    it('is accepted only in the Authorization header', async () => {
      const { ask } = await start({ token: TOKEN });
      for (const header of [
        'Cookie: token=',
        'X-Api-Key: ',
        'X-Auth-Token: ',
        'Proxy-Authorization: Bearer ',
      ]) {
        expect(await ask({ peer: '8.8.8.8', headers: [header + TOKEN] })).toBe(403);
      }
    });

    it('is not required from clients on this machine', async () => {
      const { ask } = await start({ token: TOKEN });
      expect(await ask({})).toBe(200);
      expect(await ask({ headers: ['X-Forwarded-For: 8.8.8.8'] })).toBe(403);
    });

    it('is never logged, nor is a wrong token', async () => {
      const { ask, log } = await start({ token: TOKEN });
      await ask({ headers: [bearer(`${TOKEN}-wrong`)] });
      await ask({ peer: '8.8.8.8', headers: [bearer(TOKEN), bearer(TOKEN)] });
      expect(log.warnings).toEqual([expect.stringContaining('its Authorization is not the token')]);
      expect(log.warnings.join()).not.toContain(TOKEN);
    });
  });
});
